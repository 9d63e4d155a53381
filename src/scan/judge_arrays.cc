#include "scan/judgement.h"

#include "arrays/npy_header.h"
#include "arrays/safetensors.h"

// Arrays are numbers, and say so in their headers; an array of Python objects is a pickle.

void judge_safetensors(Judgement& judgement, SharedBytes const& file) { judgement.succeeded(read_safetensors_header(file.bytes(), judgement.limits())); }

namespace {

void judge_pickles_of_array(Judgement& judgement, SharedBytes const& pickle)
{
    Judgement::Place const inside(judgement, "the array's objects");
    judge_pickles(judgement, pickle);
}

}

void judge_array(Judgement& judgement, SharedBytes const& file)
{
    auto const header = read_npy_header(file.bytes(), judgement.limits());
    if (!judgement.succeeded(header))
        return;
    uint64_t const there = file.size() - header->data_offset;
    if (!header->data_bytes)
        judge_pickles_of_array(judgement, file.part(header->data_offset, there));
    else if (*header->data_bytes > there)
        judgement.add("malformed", std::to_string(there) + " bytes of data, wanted " + std::to_string(*header->data_bytes), {"byte " + std::to_string(header->data_offset)});
    else if (*header->data_bytes != there)
        judgement.add("trailing-bytes", std::to_string(there - *header->data_bytes) + " bytes follow the array", {"byte " + std::to_string(header->data_offset + *header->data_bytes)});
}

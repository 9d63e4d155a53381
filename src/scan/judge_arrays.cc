#include "scan/judgement.h"

#include "arrays/npy.h"
#include "arrays/safetensors.h"

void judge_safetensors(Judgement& judgement, SharedBytes const& file) { judgement.succeeded(read_safetensors(file, judgement.limits())); }

void judge_array(Judgement& judgement, SharedBytes const& file) { judgement.succeeded(read_npy(file, judgement.limits())); }

#include "pickle/machine.h"
#include "pickle/render.h"

#include <iostream>

// What the pickle machine makes of pickles given as lines of hex digits, for tests/judges/pickle_machines.py. A line that begins with
// "j" is read as joblib reads. Each is run from memory and from a stream of small pieces, which must say the same. One line of answer:
// end TAB mentions ("module name", as hex, separated by blanks) TAB findings TAB arrays ("offset+length") TAB value TAB error.

namespace {

class SmallPieces : public ByteStream {
public:
    explicit SmallPieces(std::string_view text)
        : left_(text)
    {
    }
    Result<Bytes> next() override
    {
        size_ = size_ % 7 + 1;
        piece_.assign(left_.substr(0, size_));
        left_.remove_prefix(piece_.size());
        return bytes_of(piece_);
    }

private:
    std::string_view left_;
    size_t size_ = 0;
    std::string piece_;
};

std::string hex(std::string_view text)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string result;
    for (char const c : text) {
        result += digits[static_cast<unsigned char>(c) >> 4];
        result += digits[c & 15];
    }
    return result;
}

std::string bytes_of_hex(std::string_view digits)
{
    auto const value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string result;
    for (size_t index = 0; index + 1 < digits.size(); index += 2)
        result += static_cast<char>(value(digits[index]) << 4 | value(digits[index + 1]));
    return result;
}

std::string told(PickleRun const& run)
{
    std::string text = std::to_string(run.pickle.end) + '\t';
    for (auto const& mention : run.pickle.mentions) {
        auto const global = run.pickle.graph.value(mention.global);
        text += hex(*global.module()) + '.' + hex(*global.name()) + ' ';
    }
    text += '\t';
    for (auto const& finding : run.pickle.findings.list)
        text += std::string(finding.code) + '@' + std::to_string(finding.offset) + ' ';
    text += '\t';
    for (auto const& array : run.pickle.arrays)
        text += std::to_string(array.offset) + '+' + std::to_string(array.length) + (array.nested ? "p " : " ");
    text += '\t' + (run.error ? std::string() : hex(text_of(run.pickle.root(), 4'000))) + '\t';
    if (run.error)
        for (char const c : run.error->text())
            text += static_cast<unsigned char>(c) < ' ' ? '?' : c;
    return text;
}

}

int main()
{
    std::string line;
    while (std::getline(std::cin, line)) {
        PickleOptions options;
        options.arrays_inline = line.starts_with('j');
        auto const bytes = bytes_of_hex(options.arrays_inline ? std::string_view(line).substr(1) : line);
        auto const in_memory = told(run_pickle(bytes_of(bytes), options));
        SmallPieces stream(bytes);
        auto const streamed = told(run_pickle(stream, options));
        std::cout << (in_memory == streamed ? in_memory : "differs\t" + in_memory + "\t|\t" + streamed) << '\n';
    }
}

#include "foreign/signatures.h"

namespace {

using namespace std::string_view_literals;

constexpr std::string_view no_kind = "unknown";
constexpr std::string_view image = "image";
constexpr std::string_view audio = "audio";

constexpr ForeignNature model = ForeignNature::model;
constexpr ForeignNature program = ForeignNature::program;
constexpr ForeignNature archive = ForeignNature::archive;
constexpr ForeignNature data = ForeignNature::data;

struct Signature {
    ForeignFormat format;
    size_t offset;
    std::string_view bytes;
    size_t further_offset = 0; // RIFF and its like say what they are a little later
    std::string_view further = {};
};

constexpr Signature signatures[] = {
    {{"GGUF model", "gguf", model}, 0, "GGUF"sv},
    {{"GGML model", no_kind, model}, 0, "lmgg"sv},
    {{"GGML model", no_kind, model}, 0, "fmgg"sv},
    {{"GGML model", no_kind, model}, 0, "tjgg"sv},
    {{"GGML adapter", no_kind, model}, 0, "algg"sv},
    {{"TensorFlow Lite model", no_kind, model}, 4, "TFL3"sv},
    {{"ExecuTorch program", no_kind, model}, 4, "ET12"sv},
    {{"ExecuTorch program", no_kind, model}, 4, "ET11"sv},
    {{"PyTorch Mobile model", no_kind, model}, 4, "PTMF"sv},
    {{"ONNX Runtime model", no_kind, model}, 4, "ORTM"sv},
    {{"TensorRT engine", no_kind, model}, 0, "ftrt"sv},
    {{"TensorRT engine", no_kind, model}, 0, "ptrt"sv},
    {{"Rockchip NPU model", no_kind, model}, 0, "RKNN"sv},
    {{"CatBoost model", no_kind, model}, 0, "CBM1"sv},
    {{"XGBoost model", no_kind, model}, 0, "{L\0\0\0\0\0\0\0\7learner"sv},
    {{"fastText model", no_kind, model}, 0, "\xba\x16\x4f\x2f"sv},
    {{"MXNet parameters", no_kind, model}, 0, "\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv},
    {{"Intel OpenVINO compiled model", no_kind, model}, 0, "OVBlob"sv},

    {{"ELF program", no_kind, program}, 0, "\x7f"
                                           "ELF"sv},
    {{"Mach-O program", no_kind, program}, 0, "\xfe\xed\xfa\xce"sv},
    {{"Mach-O program", no_kind, program}, 0, "\xfe\xed\xfa\xcf"sv},
    {{"Mach-O program", no_kind, program}, 0, "\xce\xfa\xed\xfe"sv},
    {{"Mach-O program", no_kind, program}, 0, "\xcf\xfa\xed\xfe"sv},
    {{"WebAssembly program", no_kind, program}, 0, "\0asm"sv},
    {{"Android program", no_kind, program}, 0, "dex\n"sv},
    {{"LLVM bitcode", no_kind, program}, 0, "BC\xc0\xde"sv},
    {{"LLVM bitcode", no_kind, program}, 0, "\xde\xc0\x17\x0b"sv},
    {{"Lua bytecode", no_kind, program}, 0, "\x1bLua"sv},
    {{"library of object files", no_kind, program}, 0, "!<arch>\n"sv},
    {{"library of object files", no_kind, program}, 0, "!<thin>\n"sv},
    {{"CUDA program", no_kind, program}, 0, "\x50\xed\x55\xba"sv},

    {{"7z archive", no_kind, archive}, 0, "7z\xbc\xaf\x27\x1c"sv},
    {{"RAR archive", no_kind, archive}, 0, "Rar!\x1a\7"sv},
    {{"Windows cabinet", no_kind, archive}, 0, "MSCF\0\0\0\0"sv},
    {{"cpio archive", no_kind, archive}, 0, "070701"sv},
    {{"cpio archive", no_kind, archive}, 0, "070702"sv},
    {{"Squashfs image", no_kind, archive}, 0, "hsqs"sv},
    {{"xar archive", no_kind, archive}, 0, "xar!"sv},
    {{"lzip stream", no_kind, archive}, 0, "LZIP\1"sv},
    {{"lzop stream", no_kind, archive}, 0, "\x89LZO\0\r\n\x1a\n"sv},
    {{"Snappy stream", no_kind, archive}, 0, "\xff\6\0\0sNaPpY"sv},
    {{"ISO 9660 image", no_kind, archive}, 32769, "CD001"sv},

    {{"PNG picture", image, data}, 0, "\x89PNG\r\n\x1a\n"sv},
    {{"JPEG picture", image, data}, 0, "\xff\xd8\xff"sv},
    {{"GIF picture", image, data}, 0, "GIF87a"sv},
    {{"GIF picture", image, data}, 0, "GIF89a"sv},
    {{"WebP picture", image, data}, 0, "RIFF"sv, 8, "WEBP"sv},
    {{"BMP picture", image, data}, 0, "BM"sv, 6, "\0\0\0\0"sv},
    {{"TIFF picture", image, data}, 0, "II*\0"sv},
    {{"TIFF picture", image, data}, 0, "MM\0*"sv},
    {{"Photoshop picture", image, data}, 0, "8BPS\0"sv},
    {{"JPEG 2000 picture", image, data}, 0, "\0\0\0\x0cjP  \r\n\x87\n"sv},
    {{"JPEG XL picture", image, data}, 0, "\0\0\0\x0cJXL \r\n\x87\n"sv},
    {{"OpenEXR picture", image, data}, 0, "\x76\x2f\x31\x01"sv},
    {{"QOI picture", image, data}, 0, "qoif"sv},
    {{"icon", image, data}, 0, "\0\0\1\0"sv, 5, "\0"sv},
    {{"AVIF picture", image, data}, 4, "ftypavif"sv},
    {{"HEIF picture", image, data}, 4, "ftypheic"sv},
    {{"HEIF picture", image, data}, 4, "ftypmif1"sv},

    {{"WAVE sound", audio, data}, 0, "RIFF"sv, 8, "WAVE"sv},
    {{"WAVE sound", audio, data}, 0, "RF64"sv, 8, "WAVE"sv},
    {{"WAVE sound", audio, data}, 0, "RIFX"sv, 8, "WAVE"sv},
    {{"FLAC sound", audio, data}, 0, "fLaC"sv},
    {{"Ogg sound", audio, data}, 0, "OggS"sv},
    {{"MP3 sound", audio, data}, 0, "ID3"sv, 5, "\0"sv},
    {{"MP3 sound", audio, data}, 0, "ID3"sv, 5, "\x80"sv},
    {{"AIFF sound", audio, data}, 0, "FORM"sv, 8, "AIF"sv},
    {{"Sun sound", audio, data}, 0, ".snd\0\0\0"sv},
    {{"MIDI music", audio, data}, 0, "MThd\0\0\0\6"sv},
    {{"AMR sound", audio, data}, 0, "#!AMR"sv},
    {{"Core Audio sound", audio, data}, 0, "caff\0\1\0\0"sv},
    {{"MPEG-4 sound", audio, data}, 4, "ftypM4A "sv},

    {{"MPEG-4 video", no_kind, data}, 4, "ftyp"sv},
    {{"Matroska video", no_kind, data}, 0, "\x1a\x45\xdf\xa3"sv},
    {{"AVI video", no_kind, data}, 0, "RIFF"sv, 8, "AVI "sv},
    {{"Flash video", no_kind, data}, 0, "FLV\1"sv},
    {{"ASF video", no_kind, data}, 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"sv},
    {{"PDF document", no_kind, data}, 0, "%PDF-"sv},
    {{"Parquet table", no_kind, data}, 0, "PAR1"sv},
    {{"Arrow table", no_kind, data}, 0, "ARROW1\0\0"sv},
    {{"Feather table", no_kind, data}, 0, "FEA1"sv},
    {{"ORC table", no_kind, data}, 0, "ORC\n"sv},
    {{"Avro table", no_kind, data}, 0, "Obj\1"sv},
    {{"SQLite database", no_kind, data}, 0, "SQLite format 3\0"sv},
    {{"LMDB database", no_kind, data}, 16, "\xde\xc0\xef\xbe\1\0\0\0"sv},
    {{"NetCDF data", no_kind, data}, 0, "CDF\1"sv},
    {{"NetCDF data", no_kind, data}, 0, "CDF\2"sv},
    {{"MATLAB data", no_kind, data}, 0, "MATLAB 5.0 MAT-file"sv},
    {{"FITS data", no_kind, data}, 0, "SIMPLE  ="sv},
    {{"NIfTI data", no_kind, data}, 344, "n+1\0"sv},
    {{"DICOM data", no_kind, data}, 128, "DICM"sv},
    {{"OpenType font", no_kind, data}, 0, "OTTO\0"sv},
    {{"TrueType font", no_kind, data}, 0, "\0\1\0\0\0"sv, 12, "DSIG"sv},
    {{"TrueType font", no_kind, data}, 0, "\0\1\0\0\0"sv, 12, "FFTM"sv},
    {{"TrueType font", no_kind, data}, 0, "\0\1\0\0\0"sv, 12, "GDEF"sv},
    {{"TrueType font", no_kind, data}, 0, "\0\1\0\0\0"sv, 12, "GPOS"sv},
    {{"TrueType font", no_kind, data}, 0, "\0\1\0\0\0"sv, 12, "OS/2"sv},
    {{"web font", no_kind, data}, 0, "wOFF"sv},
    {{"web font", no_kind, data}, 0, "wOF2"sv},
    {{"compiled messages", no_kind, data}, 0, "\xde\x12\x04\x95\0\0"sv},
    {{"time zone", no_kind, data}, 0, "TZif"sv},
    {{"Office document", no_kind, data}, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv},
    {{"git index", no_kind, data}, 0, "DIRC\0\0\0"sv},
    {{"git pack", no_kind, data}, 0, "PACK\0\0\0"sv},
    {{"git pack index", no_kind, data}, 0, "\xfftOc\0\0\0\2"sv},
    {{"git reverse index", no_kind, data}, 0, "RIDX\0\0\0\1"sv},
};

bool has_at(std::string_view file, size_t offset, std::string_view bytes) { return file.size() >= offset && file.substr(offset).starts_with(bytes); }

// HDF5 may have a user block in front, of 512 bytes or a doubling of it. Source: HDF5 File Format Specification, II.A.
bool is_hdf5(std::string_view file)
{
    constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
    if (file.starts_with(signature))
        return true;
    for (size_t offset = 512; offset < file.size() && offset <= (size_t{1} << 40); offset *= 2)
        if (has_at(file, offset, signature))
            return true;
    return false;
}

}

std::optional<ForeignFormat> format_by_signature(Bytes file)
{
    std::string_view const text = text_of(file);
    for (auto const& signature : signatures)
        if (has_at(text, signature.offset, signature.bytes) && has_at(text, signature.further_offset, signature.further))
            return signature.format;
    if (is_hdf5(text))
        return ForeignFormat{"HDF5 file", "hdf5", model};
    return std::nullopt;
}

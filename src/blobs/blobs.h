#pragma once

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

// A store of content-addressed objects: an object's name is the SHA-256 of its bytes, so it never changes.
//
// Promises: an object whose put() returned is on the disk, under its name, whole, whatever happens to the machine; one whose
// put() did not return is there whole or not at all. open() gives bytes only after their size and SHA-256 were found right, and
// they are the very bytes that were looked at.
// Refuses: an object that is gone, short or changed (unavailable, with its name), a full or read-only disk (unavailable).
//
// All members may be called by several threads and processes at once. docs/formats/registry.md has the layout on disk.

struct Blob {
    Digest digest;
    uint64_t size = 0; // bytes
};

struct BlobOnDisk {
    Blob blob;
    int64_t modified_ms = 0; // since 1970, by the clock of the disk
};

// Gives the next piece of an object's bytes, an empty one at the end.
using BlobSource = std::function<Result<Bytes>()>;

class Blobs {
public:
    virtual ~Blobs() = default;

    // Stores what `source` gives, to its end. An object of that name which is there already is replaced by the same bytes.
    virtual Result<Blob> put(BlobSource const& source) = 0;
    // The bytes verified; their memory stays while any copy of them lives.
    virtual Result<SharedBytes> open(Blob const& blob) = 0;
    // Whether an object of that name and size is there; its bytes are not read.
    virtual Result<bool> has(Blob const& blob) = 0;
    // As has(), its bytes read and found right, and durable.
    virtual Result<bool> holds(Blob const& blob) = 0;
    // Every object, in the order of their names. Files that are no objects are passed over.
    virtual Result<std::vector<BlobOnDisk>> list() = 0;
    // Takes an object away; nothing is said where there is none.
    virtual Result<void> remove(Digest const& digest) = 0;
    // How many unfinished objects lie about.
    virtual Result<size_t> count_unfinished() = 0;
    // Takes away the unfinished objects that were last written before that time, which must be longer ago than any put() takes;
    // how many that were.
    virtual Result<size_t> remove_unfinished(int64_t before_ms) = 0;

    Result<Blob> put_bytes(Bytes bytes);
    // Missing where there is no such file.
    Result<Blob> put_file(std::string const& path);
};

// The store in the folder `path`, which is made by the first put() where it is not there; the folder that holds it must be there.
std::unique_ptr<Blobs> open_blob_directory(std::string const& path);

#pragma once

#include "pickle/graph.h"

// What numpy's dtype nodes mean for the bytes of an array, and joblib's stand-ins for arrays. Sources: numpy
// numpy/_core/src/multiarray/descriptor.c (__reduce__ and __setstate__ of dtype), joblib joblib/numpy_pickle.py.
//
// Refuses what does not say the same in all its parts: a size or a flag that the fields contradict would make numpy read other bytes
// than are counted here.

struct ArrayType {
    uint64_t item_bytes = 0; // of one element, padding included
    bool has_objects = false; // elements are Python objects: they are pickled, not stored
};

// Of `numpy.dtype(code, align, copy)` with the state that BUILD gave it: numbers of either byte order, text and bytes of a length, times
// with a unit, structures and sub-arrays. Fails with malformed where it is none of these; `dtype` may be any node.
Result<ArrayType> array_type_of(PickleValue dtype);

// Whether the node is a call that makes a joblib.numpy_pickle.NumpyArrayWrapper (of scikit-learn's own copy of joblib too).
bool is_joblib_wrapper(PickleValue value);

// What such a wrapper says of the array whose data follows its BUILD in the file.
struct JoblibArray {
    PickleValue dtype;
    PickleValue subclass; // numpy.ndarray, numpy.matrix or numpy.memmap
    ArrayType type;
    std::vector<uint64_t> shape;
    bool fortran_order = false;
    bool is_padded = false; // one byte, the number of bytes 0xff after it, and these go before the data
    uint64_t data_bytes = 0; // of all elements; 0 where they are objects
};

// Fails with malformed where the state has too few attributes, too many (an attribute may hide a method), or ones that make no array.
Result<JoblibArray> joblib_array_of(PickleValue wrapper);

#pragma once

#include "operators/operation.h"

#include <span>

// The families of operators, a file each. A new operator is a row in its family, a function, and a row in the test table.

std::span<OperatorRow const> number_operators(); // numbers of the program
std::span<OperatorRow const> comparison_operators(); // of numbers, texts and lists of the program
std::span<OperatorRow const> container_operators(); // lists of the program
std::span<OperatorRow const> dict_operators();
std::span<OperatorRow const> text_operators();
std::span<OperatorRow const> dialect_operators(); // that only exported programs have
std::span<OperatorRow const> open_list_operators(); // lists whose length depends on data
std::span<OperatorRow const> fact_operators(); // sizes, dtypes and devices of tensors
std::span<OperatorRow const> arithmetic_operators(); // element by element, as the next two
std::span<OperatorRow const> logic_operators(); // comparisons, bits and choice
std::span<OperatorRow const> activation_operators();
std::span<OperatorRow const> gate_operators(); // activations with a bend, a threshold or a gate
std::span<OperatorRow const> shape_operators(); // views, reshapes, joins and splits
std::span<OperatorRow const> creation_operators(); // tensors from numbers; conversions of dtype
std::span<OperatorRow const> matrix_operators();
std::span<OperatorRow const> convolution_operators();
std::span<OperatorRow const> pooling_operators();
std::span<OperatorRow const> normalisation_operators();
std::span<OperatorRow const> reduction_operators(); // sums, extremes, norms, softmax
std::span<OperatorRow const> packed_sequence_operators();
std::span<OperatorRow const> recurrent_operators(); // LSTM, GRU, RNN and their cells
std::span<OperatorRow const> class_loss_operators(); // cross entropy and its kin: a target of classes
std::span<OperatorRow const> loss_operators(); // all other losses
std::span<OperatorRow const> attention_operators(); // scaled dot products
std::span<OperatorRow const> fused_attention_operators(); // multi-head attention and encoder layers as one operator
std::span<OperatorRow const> einsum_operators();
std::span<OperatorRow const> linear_algebra_operators(); // determinants, inverses, products of vectors
std::span<OperatorRow const> norm_operators();
std::span<OperatorRow const> distance_operators();
std::span<OperatorRow const> complex_operators(); // on complex numbers
std::span<OperatorRow const> fourier_operators();
std::span<OperatorRow const> short_time_fourier_operators(); // stft, istft
std::span<OperatorRow const> window_operators(); // hann_window and its kin
std::span<OperatorRow const> embedding_operators(); // bags and norms of embeddings
std::span<OperatorRow const> fake_quantisation_operators();
std::span<OperatorRow const> quantised_operators(); // on grids
std::span<OperatorRow const> packed_weight_operators(); // packing of quantised weights
std::span<OperatorRow const> splitting_operators(); // into parts by number or place
std::span<OperatorRow const> stacking_operators(); // hstack, atleast_2d and their kin
std::span<OperatorRow const> composed_operators(); // that PyTorch composes of others
std::span<OperatorRow const> memory_operators(); // strides
std::span<OperatorRow const> vision_operators(); // torchvision's
std::span<OperatorRow const> resize_operators(); // upsampling and interpolation
std::span<OperatorRow const> sampling_operators(); // grids
std::span<OperatorRow const> padding_operators();
std::span<OperatorRow const> indexing_operators(); // x[...] by tensors
std::span<OperatorRow const> scattering_operators(); // along one axis
std::span<OperatorRow const> choosing_operators(); // by masks
std::span<OperatorRow const> sorting_operators();
std::span<OperatorRow const> counting_operators(); // quantiles, distinct elements, histograms
std::span<OperatorRow const> triangle_operators(); // and diagonals
std::span<OperatorRow const> movement_operators(); // rolls, flips, tiles, windows
std::span<OperatorRow const> shuffling_operators(); // pixels, channels, grids of tensors
std::span<OperatorRow const> running_operators(); // products and extremes along an axis
std::span<OperatorRow const> random_operators();
std::span<OperatorRow const> special_operators(); // special functions
std::span<OperatorRow const> function_operators(); // more functions, element by element
std::span<OperatorRow const> statistics_operators(); // reductions that pass over NaN or zeros
std::span<OperatorRow const> range_operators(); // numbers in even steps
std::span<OperatorRow const> adaptive_pooling_operators();

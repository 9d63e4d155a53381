"""What torchvision's operators give, in plain loops: the cases need no torchvision."""

import math

import torch

LIBRARY = torch.library.Library("torchvision", "DEF")


def overlap(a, b):
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def nms(dets, scores, iou_threshold):
    kept = []
    for place in torch.sort(scores, descending=True, stable=True)[1].tolist():
        if all(overlap(dets[place].tolist(), dets[other].tolist()) <= iou_threshold for other in kept):
            kept.append(place)
    return torch.tensor(kept, dtype=torch.int64)


def sampled(image, y, x, clamped):
    """The image [channels, height, width] between its elements; outside it is 0, and with `clamped` its edge reaches one element out."""
    height, width = image.shape[1:]
    if y < -1.0 or y > height or x < -1.0 or x > width:
        return torch.zeros(image.shape[0])
    if clamped:
        y, x = min(max(y, 0.0), height - 1.0), min(max(x, 0.0), width - 1.0)
    low_y, low_x = math.floor(y), math.floor(x)
    result = torch.zeros(image.shape[0])
    for at_y, share_y in ((low_y, 1 - (y - low_y)), (low_y + 1, y - low_y)):
        for at_x, share_x in ((low_x, 1 - (x - low_x)), (low_x + 1, x - low_x)):
            if 0 <= at_y < height and 0 <= at_x < width:
                result += share_y * share_x * image[:, at_y, at_x]
    return result


def roi_align(input, rois, spatial_scale, pooled_height, pooled_width, sampling_ratio, aligned):
    result = torch.zeros(len(rois), input.shape[1], pooled_height, pooled_width)
    shift = 0.5 if aligned else 0.0
    for number, roi in enumerate(rois.tolist()):
        left, top, right, bottom = (corner * spatial_scale - shift for corner in roi[1:])
        width, height = right - left, bottom - top
        if not aligned:
            width, height = max(width, 1.0), max(height, 1.0)
        rows = sampling_ratio if sampling_ratio > 0 else math.ceil(height / pooled_height)
        columns = sampling_ratio if sampling_ratio > 0 else math.ceil(width / pooled_width)
        for i in range(pooled_height):
            for j in range(pooled_width):
                for row in range(rows):
                    for column in range(columns):
                        y = top + (i + (row + 0.5) / rows) * height / pooled_height
                        x = left + (j + (column + 0.5) / columns) * width / pooled_width
                        result[number, :, i, j] += sampled(input[int(roi[0])], y, x, True) / max(rows * columns, 1)
    return result


def away_from_zero(number):
    return math.floor(number + 0.5) if number >= 0 else -math.floor(0.5 - number)


def roi_pool(input, rois, spatial_scale, pooled_height, pooled_width):
    result = torch.zeros(len(rois), input.shape[1], pooled_height, pooled_width)
    for number, roi in enumerate(rois.tolist()):
        left, top, right, bottom = (away_from_zero(corner * spatial_scale) for corner in roi[1:])
        height, width = max(bottom - top + 1, 1) / pooled_height, max(right - left + 1, 1) / pooled_width
        limited = lambda place, size: min(max(place, 0), size)
        for i in range(pooled_height):
            for j in range(pooled_width):
                rows = slice(limited(math.floor(i * height) + top, input.shape[2]), limited(math.ceil((i + 1) * height) + top, input.shape[2]))
                columns = slice(limited(math.floor(j * width) + left, input.shape[3]), limited(math.ceil((j + 1) * width) + left, input.shape[3]))
                block = input[int(roi[0]), :, rows, columns].flatten(1)
                result[number, :, i, j] = block.max(1)[0] if block.shape[1] else 0
    return result, torch.zeros_like(result, dtype=torch.int32)


def deform_conv2d(input, weight, offset, mask, bias, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups, offset_groups, use_mask):
    batch, channels = input.shape[:2]
    high, wide = weight.shape[2:]
    rows, columns = offset.shape[2:]
    taps = torch.zeros(batch, channels, high * wide, rows, columns)
    per_group = channels // offset_groups
    for n in range(batch):
        for group in range(offset_groups):
            image = input[n, group * per_group : (group + 1) * per_group]
            for tap in range(high * wide):
                place = (group * high * wide + tap) * 2
                for i in range(rows):
                    for j in range(columns):
                        y = i * stride_h - pad_h + tap // wide * dilation_h + float(offset[n, place, i, j])
                        x = j * stride_w - pad_w + tap % wide * dilation_w + float(offset[n, place + 1, i, j])
                        value = sampled(image, y, x, False)
                        taps[n, group * per_group : (group + 1) * per_group, tap, i, j] = value * (mask[n, place // 2, i, j] if use_mask else 1)
    return torch.nn.functional.conv2d(taps.reshape(batch, channels * high * wide, rows, columns), weight.reshape(weight.shape[0], -1, 1, 1), bias, groups=groups)


for function, arguments, result in (
    (nms, "Tensor dets, Tensor scores, float iou_threshold", "Tensor"),
    (roi_align, "Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, int sampling_ratio, bool aligned", "Tensor"),
    (roi_pool, "Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width", "(Tensor, Tensor)"),
    (deform_conv2d, "Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, int offset_groups, bool use_mask", "Tensor"),
):
    LIBRARY.define(f"{function.__name__}({arguments}) -> {result}")
    LIBRARY.impl(function.__name__, function, "CPU")

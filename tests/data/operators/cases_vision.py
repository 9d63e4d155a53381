"""Cases of torchvision's operators."""

import vision_reference  # noqa: F401, registers them
from make import case

T = "torch.ops.torchvision."
BOXES = "float32[5,4]: 0 0 10 10 1 1 11 11 0 0 10 4 20 20 30 30 20 20 31 29.5"
case("boxes that overlap little", f"return {T}nms(x, s, 0.5), {T}nms(x * 2, s, 0.3), {T}nms(x[:1], s[:1], 0.5)", x=BOXES, s="float32[5]: 0.9 0.8 0.95 0.1 0.3")
ROIS = "float32[3,5]: 0 1.5 1.5 5 6 1 0.2 0.3 4.5 3.5 0 2 1 2.25 9"
case("regions averaged", f"return {T}roi_align(x, self.r, 1.0, 3, 2, 2, False), {T}roi_align(x, self.r, 0.5, 2, 2, 0, False), {T}roi_align(x, self.r, 1.0, 2, 3, 2, True), {T}roi_align(x, self.r, 0.7, 2, 2, -1, True)", until=21, x="float32[2,3,8,10]", weights={"r": ROIS})
case("regions pooled", f"a, b = {T}roi_pool(x, self.r, 1.0, 3, 2)\nc, d = {T}roi_pool(x, self.r, 0.6, 2, 2)\nreturn a, c", until=21, x="float32[2,3,8,10]", weights={"r": ROIS})
case("a deformable convolution", f"return {T}deform_conv2d(x, self.w, o, m, self.b, 1, 1, 1, 1, 1, 1, 1, 1, True)", x="float32[2,4,5,6]", o="float32[2,18,5,6]", m="float32[2,9,5,6]", weights={"w": "float32[3,4,3,3]", "b": "float32[3]"})
case("a deformable convolution in groups", f"return {T}deform_conv2d(x, self.w, o, torch.zeros([2, 1]), self.b, 2, 1, 0, 1, 1, 2, 2, 2, False)", x="float32[2,4,5,6]", o="float32[2,24,2,4]", weights={"w": "float32[2,2,3,2]", "b": "float32[2]"})

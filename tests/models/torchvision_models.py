"""torchvision's own model definitions: classification, segmentation, video, optical flow, detection's backbones."""
import torch

# torchvision's wheel may be built for another PyTorch than the one that is here; its definitions need these names alone.
if not hasattr(torch.ops.torchvision, "nms"):
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import torchvision
from model import Model, images

models = torchvision.models


def classifier(name, size=64, **options):
    return Model(lambda: getattr(models, name)(weights=None, num_classes=12, **options), images(3, size, size))


def segmentation(name, **options):
    return Model(lambda: getattr(models.segmentation, name)(weights=None, weights_backbone=None, num_classes=5, **options), images(3, 64, 64))


def video(name, frames=8, size=64, **options):
    return Model(lambda: getattr(models.video, name)(weights=None, num_classes=12, **options), images(3, frames, size, size))


def swin():
    return models.SwinTransformer(patch_size=[4, 4], embed_dim=24, depths=[2, 2], num_heads=[2, 4], window_size=[4, 4], num_classes=12)


def swin_v2():
    from torchvision.models.swin_transformer import PatchMergingV2, SwinTransformerBlockV2
    return models.SwinTransformer(patch_size=[4, 4], embed_dim=24, depths=[2, 2], num_heads=[2, 4], window_size=[4, 4], num_classes=12, block=SwinTransformerBlockV2, downsample_layer=PatchMergingV2)


MODELS = {
    "alexnet": classifier("alexnet"),
    "vgg11_bn": classifier("vgg11_bn", size=32),
    "resnet18": classifier("resnet18"),
    "resnet50": classifier("resnet50"),
    "resnext50": classifier("resnext50_32x4d"),
    "wide_resnet50": classifier("wide_resnet50_2"),
    "densenet121": classifier("densenet121"),
    "squeezenet1_1": classifier("squeezenet1_1"),
    "googlenet": Model(lambda: models.GoogLeNet(num_classes=12, aux_logits=True, transform_input=True, init_weights=False), images(3, 64, 64)),
    "inception_v3": Model(lambda: models.Inception3(num_classes=12, aux_logits=True, transform_input=True, init_weights=False), images(3, 96, 96)),
    "mobilenet_v2": classifier("mobilenet_v2"),
    "mobilenet_v3_small": classifier("mobilenet_v3_small"),
    "mobilenet_v3_large": classifier("mobilenet_v3_large"),
    "mnasnet0_5": classifier("mnasnet0_5"),
    "shufflenet_v2_x0_5": classifier("shufflenet_v2_x0_5"),
    "shufflenet_v2_x1_0": classifier("shufflenet_v2_x1_0"),
    "efficientnet_b0": classifier("efficientnet_b0"),
    "efficientnet_v2_s": classifier("efficientnet_v2_s"),
    "regnet_y_400mf": classifier("regnet_y_400mf"),
    "regnet_x_400mf": classifier("regnet_x_400mf"),
    "convnext_tiny": classifier("convnext_tiny"),
    "vit": Model(lambda: models.VisionTransformer(image_size=32, patch_size=8, num_layers=3, num_heads=4, hidden_dim=48, mlp_dim=96, num_classes=12), images(3, 32, 32)),
    "swin": Model(swin, images(3, 64, 64)),
    "swin_v2": Model(swin_v2, images(3, 64, 64)),
    "maxvit": Model(lambda: models.MaxVit(input_size=(64, 64), stem_channels=16, partition_size=2, block_channels=[16, 24], block_layers=[1, 1], head_dim=8, stochastic_depth_prob=0.1, num_classes=12), images(3, 64, 64)),
    "fcn_resnet50": segmentation("fcn_resnet50"),
    "fcn_resnet50_aux": segmentation("fcn_resnet50", aux_loss=True),
    "deeplabv3_mobilenet": segmentation("deeplabv3_mobilenet_v3_large"),
    "deeplabv3_resnet50": segmentation("deeplabv3_resnet50", aux_loss=True),
    "lraspp_mobilenet": segmentation("lraspp_mobilenet_v3_large"),
    "r3d_18": video("r3d_18"),
    "mc3_18": video("mc3_18"),
    "r2plus1d_18": video("r2plus1d_18"),
    "s3d": video("s3d", frames=16, size=224),
    "mvit_v1": Model(lambda: models.video.mvit_v1_b(weights=None, num_classes=12), images(3, 16, 224, 224), forms=("traced", "exported")),
    "swin3d": Model(lambda: models.video.SwinTransformer3d(patch_size=[2, 4, 4], embed_dim=24, depths=[2, 2], num_heads=[2, 4], window_size=[4, 4, 4], num_classes=12), images(3, 8, 32, 32)),
    "raft_small": Model(lambda: models.optical_flow.raft_small(weights=None), lambda batch: tuple(images(3, 128, 128)(batch)[0].roll(shift, -1) for shift in (0, 3)), forms=("scripted", "traced")),
    "feature_pyramid": Model(lambda: torchvision.ops.FeaturePyramidNetwork([8, 16, 32], 12), lambda batch: ({f"feat{i}": torch.randn(batch, 8 << i, 32 >> i, 32 >> i, generator=torch.Generator().manual_seed(i)) for i in range(3)},), forms=("exported",)),
}

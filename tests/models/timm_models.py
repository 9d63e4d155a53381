"""timm's own model definitions, the smallest of each family."""
import timm

from model import Model, images


def of(name, size=64, forms=("scripted", "traced", "exported"), **options):
    return Model(lambda: timm.create_model(name, pretrained=False, num_classes=12, **options), images(3, size, size), forms)


MODELS = {
    "resnet10t": of("resnet10t"),
    "vit_tiny": of("vit_tiny_patch16_224", img_size=64),
    "deit_tiny": of("deit_tiny_distilled_patch16_224", img_size=64),
    "convnextv2_atto": of("convnextv2_atto"),
    "mixer_s32": of("mixer_s32_224", img_size=64),
    "resmlp_12": of("resmlp_12_224", img_size=64),
    "mobilevit_xxs": of("mobilevit_xxs"),
    "mobilenetv4_conv_small": of("mobilenetv4_conv_small"),
    "poolformer_s12": of("poolformer_s12"),
    "edgenext_xx_small": of("edgenext_xx_small"),
    "ghostnet_050": of("ghostnet_050"),
    "regnety_002": of("regnety_002"),
    "xcit_nano": of("xcit_nano_12_p16_224"),
    "coat_tiny": of("coat_lite_tiny", img_size=64),
    "efficientvit_b0": of("efficientvit_b0"),
    "tinynet_e": of("tinynet_e"),
    "levit_128s": of("levit_128s", size=224),
    "beit": of("beitv2_base_patch16_224", img_size=64, depth=2, embed_dim=96, num_heads=4),
    "hrnet_w18_small": of("hrnet_w18_small"),
    "nfnet": of("dm_nfnet_f0", forms=("traced", "exported")),
}

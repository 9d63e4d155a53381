"""transformers' own model definitions at tiny size."""
import torch
import transformers

from model import Model, tokens

SMALL = dict(vocab_size=99, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37, max_position_embeddings=64)
FORMS = ("traced", "exported")


def plain(model, names):
    """The model as people export it: arguments of these names in, its tensors out, nothing kept between calls."""
    model.config.use_cache = False
    made = {"torch": torch, "tensors_of": lambda answer: tuple(value for value in answer.values() if torch.is_tensor(value))}
    exec(f"class Plain(torch.nn.Module):\n    def forward(self, {', '.join(names)}):\n        return tensors_of(self.model({', '.join(f'{name}={name}' for name in names)}))\n", made)
    module = made["Plain"]()
    module.model = model
    return module


def model(kind, config, inputs, names=("input_ids", "attention_mask"), attention=None, **options):
    def build():
        settings = getattr(transformers, config)(**options)
        settings.use_cache = False
        if attention:
            settings._attn_implementation = attention
        return plain(getattr(transformers, kind)(settings), names)
    return Model(build, inputs, FORMS)


TEXT = tokens(11, 99, masked=True)


def decoder(kind, config, attention=None, **options):
    return model(kind, config, TEXT, attention=attention, **{**SMALL, **options})


def seconds(length):
    return lambda batch: (torch.randn(batch, length, generator=torch.Generator().manual_seed(batch)),)


def pictures(size):
    return lambda batch: (torch.randn(batch, 3, size, size, generator=torch.Generator().manual_seed(batch)),)


def text_and_decoder(batch):
    ids, mask = TEXT(batch)
    return ids, mask, torch.randint(1, 99, (batch, 7), generator=torch.Generator().manual_seed(batch + 50))


ENCODER_DECODER = ("input_ids", "attention_mask", "decoder_input_ids")
VISION = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37, image_size=32, patch_size=8)

MODELS = {
    "bert": decoder("BertModel", "BertConfig"),
    "bert_eager": decoder("BertForSequenceClassification", "BertConfig", attention="eager", num_labels=5),
    "roberta": decoder("RobertaForTokenClassification", "RobertaConfig", num_labels=5),
    "distilbert": model("DistilBertModel", "DistilBertConfig", TEXT, vocab_size=99, dim=32, n_layers=2, n_heads=4, hidden_dim=37, max_position_embeddings=64),
    "albert": decoder("AlbertModel", "AlbertConfig", embedding_size=16),
    "electra": decoder("ElectraModel", "ElectraConfig", embedding_size=16),
    "mpnet": decoder("MPNetModel", "MPNetConfig"),
    "deberta_v2": decoder("DebertaV2Model", "DebertaV2Config", relative_attention=True, pos_att_type=["p2c", "c2p"], position_biased_input=False),
    "gpt2": model("GPT2LMHeadModel", "GPT2Config", TEXT, vocab_size=99, n_embd=32, n_layer=2, n_head=4, n_positions=64),
    "gpt_neox": decoder("GPTNeoXForCausalLM", "GPTNeoXConfig"),
    "opt": model("OPTForCausalLM", "OPTConfig", TEXT, vocab_size=99, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=37, max_position_embeddings=64, word_embed_proj_dim=32),
    "bloom": model("BloomForCausalLM", "BloomConfig", TEXT, vocab_size=99, hidden_size=32, n_layer=2, n_head=4),
    "llama": decoder("LlamaForCausalLM", "LlamaConfig", num_key_value_heads=2),
    "llama_eager": decoder("LlamaForCausalLM", "LlamaConfig", attention="eager", num_key_value_heads=2),
    "mistral": decoder("MistralForCausalLM", "MistralConfig", num_key_value_heads=2),
    "qwen2": decoder("Qwen2ForCausalLM", "Qwen2Config", num_key_value_heads=2),
    "qwen3": decoder("Qwen3ForCausalLM", "Qwen3Config", num_key_value_heads=2, head_dim=8),
    "gemma": decoder("GemmaForCausalLM", "GemmaConfig", num_key_value_heads=2, head_dim=8),
    "phi": decoder("PhiForCausalLM", "PhiConfig"),
    "mixtral": decoder("MixtralForCausalLM", "MixtralConfig", num_key_value_heads=2, num_local_experts=4, intermediate_size=48),
    "t5": model("T5ForConditionalGeneration", "T5Config", text_and_decoder, ENCODER_DECODER, vocab_size=99, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4),
    "bart": model("BartForConditionalGeneration", "BartConfig", text_and_decoder, ENCODER_DECODER, vocab_size=99, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=37, decoder_ffn_dim=37, max_position_embeddings=64),
    "marian": model("MarianMTModel", "MarianConfig", text_and_decoder, ENCODER_DECODER, vocab_size=99, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=37, decoder_ffn_dim=37, max_position_embeddings=64, pad_token_id=0),
    "vit": model("ViTModel", "ViTConfig", pictures(32), ("pixel_values",), **VISION),
    "deit": model("DeiTModel", "DeiTConfig", pictures(32), ("pixel_values",), **VISION),
    "dinov2": model("Dinov2Model", "Dinov2Config", pictures(32), ("pixel_values",), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, mlp_ratio=2, image_size=32, patch_size=8),
    "segformer": model("SegformerForSemanticSegmentation", "SegformerConfig", pictures(64), ("pixel_values",), hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4], decoder_hidden_size=16, num_labels=5),
    "convnext": model("ConvNextModel", "ConvNextConfig", pictures(64), ("pixel_values",), hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1]),
    "clip_text": model("CLIPTextModel", "CLIPTextConfig", TEXT, **SMALL),
    "clip_vision": model("CLIPVisionModel", "CLIPVisionConfig", pictures(32), ("pixel_values",), **VISION),
    "wav2vec2": model("Wav2Vec2Model", "Wav2Vec2Config", seconds(1600), ("input_values",), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37, conv_dim=[16, 16, 16], conv_stride=[5, 4, 2], conv_kernel=[10, 8, 4], num_feat_extract_layers=3, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2),
    "whisper_encoder": model("WhisperModel", "WhisperConfig", lambda batch: (torch.randn(batch, 80, 60, generator=torch.Generator().manual_seed(batch)), torch.randint(1, 99, (batch, 7), generator=torch.Generator().manual_seed(batch + 9))), ("input_features", "decoder_input_ids"), vocab_size=99, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=37, decoder_ffn_dim=37, max_source_positions=30, max_target_positions=30, pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, suppress_tokens=None, begin_suppress_tokens=None),
}

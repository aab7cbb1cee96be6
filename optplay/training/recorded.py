"""What is recorded of each epoch."""

RECORDED = (
    "loss", "accuracy", "test_loss", "test_accuracy", "weight_norm", "gradient_norm",
    "learning_rate", "clipped", "update_ratio",
)  # fmt: skip

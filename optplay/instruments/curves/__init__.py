"""The curves of all runs, by epoch, and over all seeds their medians and quartiles."""

from optplay.registry import Instrument

instrument = Instrument(
    "curves",
    "Curves",
    "the curves of all runs, by epoch",
    1,
    guide=(
        (
            "a curve",
            "one run, in its colour: a figure after each epoch, that is each time it has "
            "seen all samples",
        ),
        ("loss", "how wrong the answers are on average: 0 is perfect, lower is better"),
        ("accuracy", "the share of samples that are answered right"),
        (
            "(log)",
            "each step up the axis multiplies by the same factor, so that small losses can "
            "be told apart",
        ),
        (
            "weight norm",
            "the length of all weights together, √Σw²; weight decay and L2 pull it down",
        ),
        (
            "gradient norm",
            "the length of the gradient, √Σg²: how steep the loss is at the weights",
        ),
        (
            "update ratio",
            "how far an update moves the weights, as a part of their length",
        ),
        (
            "seed",
            "the number that the first weights are drawn from: another seed is another try",
        ),
        (
            "a band",
            "with all seeds (m): half of the seeds lie in it, from quartile to quartile; "
            "the line is the median",
        ),
    ),
)

"""What other libraries call the things that have another name here."""

from collections.abc import Collection

# By our name, what PyTorch, Keras, optax, scikit-learn and papers say.
OURS = {
    # keys of a run
    "lr": "learning_rate rate step_size stepsize eta alpha eta0 learning_rate_init",
    "beta": "momentum mu rho decay_rate smoothing alpha beta1 beta_1",
    "beta1": "momentum betas b1 beta_1 beta",
    "beta2": "b2 beta_2 rho",
    "rho": "beta decay_rate alpha",
    "epsilon": "eps",
    "weight_decay": "wd decoupled_weight_decay",
    "l2": "wd l2_penalty l2_regularization regularization weight_decay_l2",
    "clip": "clip_norm clipnorm max_norm max_grad_norm grad_clip gradient_clip gradient_clipping "
    "gradient_clip_val global_clipnorm clip_grad_norm",
    "norm": "max_norm threshold max",
    "value": "clip_value clipvalue max_value",
    "warmup": "warmup_steps warmup_ratio warmup_epochs num_warmup_steps warmup_proportion",
    "part": "ratio fraction proportion",
    "steps": "warmup_steps num_warmup_steps",
    "start": "start_factor init_value initial div_factor",
    "decay": "schedule scheduler lr_schedule lr_scheduler lr_decay annealing",
    "optimizer": "optim rule algorithm method solver",
    "epochs": "num_epochs n_epochs max_epochs iterations max_iter",
    "seeds": "random_state random_seed repeats",
    # knobs of a decay
    "floor": "min_lr eta_min end_value end_factor end_lr final_lr min_lr_ratio minimum alpha",
    "factor": "gamma decay_rate",
    "every": "step_size",
    "at": "milestones boundaries",
    "end": "gamma end_value final_div_factor end_factor",
    "cycles": "num_cycles t_0",
    "growth": "t_mult t_mul",
    "peak": "pct_start",
    "shape": "anneal_strategy",
    "cooldown": "decay_fraction decay_steps decay_ratio",
    # wrappers
    "sam": "sharpness_aware sharpness_aware_minimization",
    "ema": "exponential_moving_average averaging swa weight_averaging",
    "lookahead": "look_ahead slow_weights",
    # keys of a problem
    "samples": "n_samples num_samples size points n",
    "data_seed": "random_state random_seed",
    "test_fraction": "test_size test_split validation_split validation_fraction",
    "hidden": "layers hidden_layers hidden_sizes hidden_layer_sizes hidden_units units neurons",
    "activation": "nonlinearity act activation_function",
    "init": "initializer initialization kernel_initializer weight_init",
    "init_scale": "init_std std stddev gain scale",
    "loss": "criterion objective loss_fn loss_function",
    "batch_size": "batch bs minibatch minibatch_size",
    "shuffle": "shuffled reshuffle",
    # decays
    "cosine": "cosine_annealing cosineannealinglr cosine_decay cosine_schedule cosineannealing",
    "cosine_restarts": "cosine_annealing_warm_restarts cosineannealingwarmrestarts sgdr",
    "exponential": "exponentiallr exponential_decay",
    "step": "steplr step_decay",
    "milestones": "multistep multisteplr piecewise_constant",
    "linear": "linearlr linear_decay",
    "polynomial": "polynomiallr poly polynomial_decay",
    "wsd": "warmup_stable_decay trapezoidal",
    "one_cycle": "onecyclelr onecycle 1cycle super_convergence",
    "inverse_sqrt": "noam rsqrt invsqrt",
    "none": "constant constantlr off",
    # weights to start from
    "kaiming": "he he_normal he_uniform kaiming_normal kaiming_uniform",
    "xavier": "glorot glorot_normal glorot_uniform xavier_normal xavier_uniform",
    "normal": "gaussian gauss randn",
    "zeros": "zero",
    # activations and losses
    "identity": "linear none",
    "sigmoid": "logistic",
    "bce": "binary_cross_entropy binary_crossentropy cross_entropy crossentropy bceloss "
    "bcewithlogitsloss log_loss logistic",
    "mse": "mean_squared_error mseloss squared_error quadratic",
    # optimizers
    "momentum": "sgdm msgd heavy_ball polyak sgd_momentum",
    "nesterov": "nag nesterov_momentum accelerated",
}

# What they have as a key and we as something else.
OTHERWISE = {
    "momentum": "it is an optimizer of its own here, with beta",
    "nesterov": "it is an optimizer of its own here",
    "amsgrad": "it is an optimizer of its own here",
    "min_lr": "it is the floor of a decay here, a part of lr, as decay.floor",
    "eta_min": "it is the floor of a decay here, a part of lr, as decay.floor",
    "milestones": "it is a decay here, with the parts at which it drops",
}


def ours(theirs: object, names: Collection[str]) -> str | None:
    """What one of our names, or what we have instead, is to another library's word, in words."""
    word = theirs.lower().replace("-", "_") if isinstance(theirs, str) else ""
    for our, others in OURS.items():
        if our in names and word in others.split():
            return f"it is called {our!r} here"
    return OTHERWISE.get(word)

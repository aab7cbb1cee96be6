"""Optimizers of PyTorch's kind as rules: any class of torch.optim.Optimizer's, named by
`package.module:Class`, in a child process that has imported it.

The loop stays the compiled one. At each step it calls a function of Python, which sends weights and
gradient to the child and gets the new weights and the optimizer's state back, as float64. So the
state is kept with the weights of each epoch, as that of every rule, and a run forks, and single
steps are made again, where the child has proved that its class goes on from such numbers bit for
bit.

    declared    a class → an Optimizer
    stepping    its `step`
    children    the processes, and who waits for them
    wire        what goes between
    server, describing, held    what runs in a child, the only modules that import torch
"""

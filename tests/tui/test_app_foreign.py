"""Classes of PyTorch's kind in the app: named where an optimizer is chosen."""

import pytest

pytestmark = pytest.mark.usefixtures("packages")


async def test_one_is_taken_by_its_name(playground):
    async with playground() as p:
        await p.press("o", *"mine:Averaging", "enter")
        assert p.app.session.run.config.optimizer == "mine:Averaging"
        assert p.app.stage.labels[0] == "Averaging"
        assert p.value("betas_1") == 0.9
        # Another one is added, and the last one goes back to a rule of ours.
        await p.press("a", *"torch.optim:SGD", "enter")
        assert p.app.stage.labels[2] == "torch.optim:SGD"
        await p.press("o", *"lion", "enter")
        assert p.app.session.run.config.optimizer == "lion"


async def test_what_is_none_is_told(playground):
    async with playground() as p:
        await p.press("o", *"nobodys:Adam", "enter")
        assert "nobodys is not installed" in p.told[-1]
        assert p.app.session.run.config.optimizer == "sgd"


async def test_one_that_raises_is_told(playground):
    async with playground() as p:
        await p.press("o", *"mine:Raising", "enter")
        assert "it raised RuntimeError: no more of it" in "\n".join([*p.told, p.text])
        await p.press("u")
        assert p.app.session.run.config.optimizer == "sgd"

"""What a child refused, in one line."""

from collections.abc import Mapping
from typing import Any

from optplay.errors import InputError, unknown

TORCH = "pip install 'optplay[torch]'"


def refusal(module: str, told: Mapping[str, Any], where: str = "") -> InputError:
    """Why a class of this module can't be taken, or did not step.

    Args:
        told: by the child: `missing`, a module; or `names`, of those classes that there are; or
            `error`. where: what comes before an error.
    """
    if missing := told.get("missing"):
        package = str(missing)
        if package == "torch":
            return InputError(f"torch is not installed: {TORCH}")
        if package == module.partition(".")[0]:
            return InputError(f"{package} is not installed: pip install {package}")
        return InputError(f"there is no module {package}")
    if "names" in told:
        asked, names = str(told.get("asked")), list(map(str, told["names"]))
        return InputError(unknown(f"class of {module}", asked, names or ["none"]))
    return InputError(f"{where}{told.get('error', 'it gave no reason')}")

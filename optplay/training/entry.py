"""What compiled functions are called by, from Python and from compiled code: see `machine`."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.compiler_lock import global_compiler_lock

from optplay.errors import InputError
from optplay.training.lanes import WORD, lanes
from optplay.training.machine import ADDRESS, ENTRY
from optplay.training.views import View, made

BYTES = ir.IntType(8).as_pointer()
# What machine code may call: it is there where the code is loaded, and, but for BLAS, exact.
CALLED = (
    "numba_xxgemm", "memset", "memset_pattern16", "memcpy", "memmove",
    "sqrt", "fabs", "floor", "ceil", "trunc", "rint", "fmod",
)  # fmt: skip
# LLVM calls the C library for these, or may.
OF_C = ("pow", "powi", "exp", "exp2", "exp10", "log", "log2", "log10", "sin", "cos", "tan")


def object_file(compiled: Any, name: str, *, address: bool) -> bytes:
    """An object file of what numba compiled.

    Args:
        compiled: numba's CompileResult. name: of the function, as no other one has.
        address: whether compiled code is to call it.
    """
    context = compiled.target_context
    codegen = context.codegen()
    library = codegen.create_library(name)
    module = library.create_ir_module(name)
    # Python has no lanes to give or take.
    given = compiled.signature.return_type
    if lanes not in (*compiled.signature.args, *getattr(given, "types", ())):
        _entry(context, module, compiled, name)
    if address:
        _address(context, module, compiled, name)
    with global_compiler_lock:
        library.add_ir_module(module)
        for part in compiled.library.all_modules():
            library._final_module.link_in(part, preserve=True)
        library._optimize_final_module()
        library._final_module.verify()
    _refuse_strangers(library._final_module)
    code: bytes = codegen._tm.emit_object(library._final_module)
    return code


def _refuse_strangers(module: Any) -> None:
    """
    Raises:
        InputError: it calls what may not be there when it is loaded, or is another on others'.
    """
    for function in module.functions:
        first, *rest = function.name.split(".")
        known = function.name in CALLED or (first == "llvm" and rest[0] not in OF_C)
        if function.is_declaration and not known:
            name = rest[0] if first == "llvm" else first.removeprefix("numba_")
            raise InputError(
                f"found a call of {name}, not the same everywhere, allowed: functions of "
                "optplay.arithmetic"
            )


def _entry(context: Any, module: Any, compiled: Any, name: str) -> None:
    kind = ir.FunctionType(ir.VoidType(), [WORD.as_pointer()])
    function = ir.Function(module, kind, ENTRY.format(name))
    builder = ir.IRBuilder(function.append_basic_block())
    count = 0

    def place() -> Any:
        nonlocal count
        count += 1
        return builder.gep(function.args[0], [ir.Constant(WORD, count - 1)])

    def taken(kind: Any) -> Any:
        parts: Any = kind
        if isinstance(kind, View):
            data = builder.inttoptr(builder.load(place()), BYTES)
            sizes = [builder.load(place()) for _ in range(kind.ndim)]
            return made(context, builder, kind, data, sizes)
        if isinstance(kind, types.BaseTuple):
            return context.make_tuple(builder, kind, [taken(part) for part in parts])
        word = builder.load(place())
        if kind == types.float64:
            return builder.bitcast(word, ir.DoubleType())
        if kind == types.int64:
            return word
        return builder.inttoptr(word, context.get_value_type(kind))

    signature = compiled.signature
    values = [taken(kind) for kind in signature.args]
    result = _called(context, builder, module, compiled, values)
    returned = signature.return_type
    if isinstance(returned, types.BaseTuple):
        parts = cgutils.unpack_tuple(builder, result)
    else:
        parts = [] if returned == types.none else [result]
    for part in parts:
        builder.store(builder.bitcast(part, WORD), place())
    builder.ret_void()


def _address(context: Any, module: Any, compiled: Any, name: str) -> None:
    signature = compiled.signature
    kind = context.get_value_type(pointer_to(signature)).pointee
    function = ir.Function(module, kind, ADDRESS.format(name))
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(_called(context, builder, module, compiled, function.args))


def _called(context: Any, builder: Any, module: Any, compiled: Any, values: Any) -> Any:
    signature = compiled.signature
    native = context.declare_function(module, compiled.fndesc)
    # Nothing that is compiled raises: the status is always that all went well.
    _, result = context.call_conv.call_function(
        builder, native, signature.return_type, signature.args, values
    )
    return result


def pointer_to(signature: Any) -> Any:
    """The type of a compiled function where it is given to another one."""
    return types.ExternalFunctionPointer(signature, _address_of)


def _address_of(compiled: Any) -> int:
    address: int = compiled.address
    return address

"""Fuel: what a call may use, counted in the code itself and so the same on every machine.

Promises: running dry raises `OutOfFuel`, a BaseException, at that tick and at each later one; costs are integers that
depend on sizes alone; a result too large for the memory limit raises MemoryError before it is made.
Does not promise: that hostile code cannot reach its own counter; CPU and wall limits are there for that. Nor that, with
more than 32 million units, what an earlier call left suspended is charged to the call that goes on with it.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any

# Names no source text can spell, so that instrumented code cannot collide with the candidate's own names.
TICK, FUEL, EACH = "fuel.tick", "fuel.left", "fuel.each"
ADD, IADD, MUL, IMUL, POW, SHIFT = "fuel.add", "fuel.iadd", "fuel.mul", "fuel.imul", "fuel.pow", "fuel.shift"
OVER, SCAN, COPY, BIG = "fuel.over", "fuel.scan", "fuel.copy", "fuel.big"

_NUMBERS = frozenset({int, float, bool, complex})
# Bytes an element takes, as a power of two.
_WIDTH: dict[type, int] = {list: 3, tuple: 3, str: 0, bytes: 0, bytearray: 0}
_SIZED = frozenset({list, tuple, str, bytes, bytearray, set, frozenset, dict, range, deque, Counter, OrderedDict,
                    defaultdict, type({}.keys()), type({}.values()), type({}.items())})  # fmt: skip
_LAZY = frozenset({map, filter, zip, enumerate, reversed, type(iter(int, 1)), itertools.count, itertools.cycle,
                   itertools.repeat, itertools.chain, itertools.compress, itertools.dropwhile, itertools.takewhile,
                   itertools.filterfalse, itertools.islice, itertools.starmap, itertools.zip_longest,
                   itertools.product, itertools.permutations, itertools.combinations, itertools.accumulate,
                   itertools.combinations_with_replacement, itertools.pairwise,
                   type(itertools.tee(())[0])})  # fmt: skip
# A C loop passes about 16 elements, or copies about 1 KB, in the time of one tick.
_PASS, _COPIED = 4, 10
# Growing a text by a little moves it only now and then, a tuple always; as a power of two, elements moved in one tick.
_MOVED: dict[type, int] = {str: 11, bytes: 11, tuple: 7}
# Integers below this many bits cost nothing worth counting.
_SMALL_BITS = 2048
# A byte for each unit, shared by all forks; walking through bytes can begin anew where walking through `repeat` cannot.
_SUPPLY = b"\1" * (1 << 21)
# Above this many units the bytes would take more memory than they are worth.
_MOST_BYTES = 1 << 25


class OutOfFuel(BaseException):
    """The call used all its fuel; raised again at every further tick."""


def _dry_end(dry: list[bool]) -> Iterator[bool]:
    """Return the end of every supply: an iterator that notes in `dry` that it was reached, and only raises."""

    def run_dry() -> bool:
        dry[0] = True
        raise OutOfFuel("the call used all its fuel")

    return iter(run_dry, None)


class Meter:
    """Counts the fuel of one call after another, and lends instrumented code the names it calls."""

    def __init__(self) -> None:
        self.too_large = False
        # Bytes: a sequence or integer above it is refused before it is built.
        self.largest = 0
        self._names: dict[str, Any] = {}
        self._big = self._big_functions()
        # Nothing but this list is shared with the iterators: whoever takes one of them apart does not find the meter.
        self._dry = [False]
        self._renew(0)
        self.refill(0)

    def lend(self, names: dict[str, Any]) -> None:
        """Put the names that instrumented code calls into `names`, its built-ins, and keep them fuelled."""
        self._names = names
        names.update({
            EACH: itertools.compress, ADD: self._add, IADD: self._iadd, MUL: self._mul, IMUL: self._imul,
            POW: self._pow, SHIFT: self._shift, OVER: self._over, SCAN: self._scan, COPY: self._copy,
            BIG: self._big_version,
        })  # fmt: skip

    def refill(self, units: int) -> None:
        """Begin a call with `units` of fuel; what an earlier call left suspended draws on them too."""
        self._dry[0] = self.too_large = False
        self._units = units
        if not self._rewind(units):
            self._renew(units)
        self._names[FUEL] = self._fuel
        self._names[TICK] = self._fuel.__next__

    def _rewind(self, units: int) -> bool:
        """Set the supply to `units`; return False where it cannot be, being too short or used up."""
        if units > len(self._bytes):
            return False
        self._left.__setstate__(len(self._bytes) - units)
        return operator.length_hint(self._left) == units

    def _renew(self, units: int) -> None:
        """Make a new supply; one that was used up goes on raising for whoever still holds it."""
        self._bytes = _SUPPLY if units <= len(_SUPPLY) else b"\1" * units if units <= _MOST_BYTES else b""
        left: Any = iter(self._bytes) if self._bytes else itertools.repeat(True, units)
        self._left = left
        # A chain of C iterators counts without a Python frame; the second link raises, again and again.
        self._fuel = itertools.chain(self._left, _dry_end(self._dry))
        if self._bytes:
            self._left.__setstate__(len(self._bytes) - units)

    @property
    def dry(self) -> bool:
        """Whether the call used all its fuel."""
        return self._dry[0]

    @property
    def used(self) -> int:
        """Units used since the last refill."""
        return self._units - operator.length_hint(self._left)

    def spend(self, units: int) -> None:
        """Use `units` at once; raises OutOfFuel when there are fewer."""
        if units > 0:
            deque(itertools.islice(self._fuel, min(units, self._units + 1)), 0)

    def _refuse_larger(self, size: int) -> None:
        if size > self.largest:
            self.too_large = True
            raise MemoryError("the result would be larger than the sandbox allows")

    def _add(self, left: Any, right: Any) -> Any:
        kind = type(left)
        if kind in _WIDTH and type(right) is kind:
            size = (len(left) + len(right)) << _WIDTH[kind]
            if size >> _COPIED:
                self._refuse_larger(size)
                self.spend(size >> _COPIED)
        return left + right

    def _iadd(self, right: Any, left: Any = None) -> Any:
        """Meter the right side of `+=`; a left side that cannot grow in place is moved, now and then or always."""
        if type(right) in _NUMBERS:
            return right
        if type(left) in _MOVED:
            self.spend(len(left) >> _MOVED[type(left)])
        if type(right) in _WIDTH:
            size = len(right) << _WIDTH[type(right)]
            if size >> _COPIED:
                self._refuse_larger(size)
                self.spend(size >> _COPIED)
            return right
        return self._over(right)

    def _mul(self, left: Any, right: Any) -> Any:
        self._weigh_product(left, right)
        return left * right

    def _imul(self, left: Any, right: Any) -> Any:
        self._weigh_product(left, right)
        left *= right
        return left

    def _weigh_product(self, left: Any, right: Any) -> None:
        if type(left) is int:
            if type(right) is int:
                bits = left.bit_length() + right.bit_length()
                if bits > _SMALL_BITS:
                    self._spend_bits(bits)
                return
            left, right = right, left
        if type(left) in _WIDTH and isinstance(right, int):
            size = (len(left) * right) << _WIDTH[type(left)]
            if size >> _COPIED > 0:
                self._refuse_larger(size)
                self.spend(size >> _COPIED)

    def _spend_bits(self, bits: int) -> None:
        """Charge for a product of `bits` bits: Karatsuba's cost, rounded to n to the power of three halves."""
        self._refuse_larger(bits >> 3)
        words = bits >> 8
        self.spend(1 + (words * math.isqrt(words) >> 3))

    def _pow(self, base: Any, exponent: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            return self._modular_power(base, exponent, modulus)
        if isinstance(base, int) and isinstance(exponent, int) and exponent > 1:
            bits = base.bit_length() * exponent
            if bits > _SMALL_BITS and base not in (-1, 0, 1):
                self._spend_bits(bits)
        return base**exponent

    def _modular_power(self, base: Any, exponent: Any, modulus: Any) -> Any:
        if type(exponent) is int and type(modulus) is int:
            bits = modulus.bit_length()
            self.spend((exponent.bit_length() * (1 + (bits >> 6) ** 2)) >> 5)
        return pow(base, exponent, modulus)

    def _shift(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int and right > _SMALL_BITS and left:
            self._refuse_larger((left.bit_length() + right) >> 3)
            self.spend((left.bit_length() + right) >> (_COPIED + 3))
        return left << right

    def _over(self, source: Any) -> Any:
        """Meter an argument that a C function will walk through: by size if it has one, else step by step."""
        kind = type(source)
        if kind in _SIZED:
            length = len(source)
            if length >> _PASS:
                self.spend(length >> _PASS)
        elif kind in _LAZY:
            return itertools.compress(source, self._fuel)
        return source

    def _scan(self, source: Any) -> Any:
        """Meter a container that will be searched or sorted in place."""
        kind = type(source)
        if kind is list or kind is tuple or kind is deque:
            self.spend(len(source) >> _PASS)
        elif kind in _WIDTH:
            self.spend(len(source) >> _COPIED)
        elif kind in _LAZY:
            return itertools.compress(source, self._fuel)
        return source

    def _copy(self, source: Any) -> Any:
        """Meter a container of which a part will be copied or moved."""
        kind = type(source)
        if kind in _WIDTH:
            self.spend(len(source) << _WIDTH[kind] >> _COPIED)
        return source

    def _big_version(self, function: Any) -> Any:
        """Return the metered version of a C function that makes big integers, else the function as it is."""
        return self._big.get(id(function), function)

    def _big_functions(self) -> dict[int, Callable[..., Any]]:
        def factorial(number: Any, /) -> Any:
            if type(number) is int and number > 0:
                self._spend_bits(number * number.bit_length())
            return math.factorial(number)

        def comb(total: Any, chosen: Any, /) -> Any:
            if type(total) is int and type(chosen) is int and total > 0:
                self._spend_bits(min(chosen, abs(total - chosen)) * total.bit_length())
            return math.comb(total, chosen)

        def perm(total: Any, chosen: Any = None, /) -> Any:
            if type(total) is int and total > 0:
                self._spend_bits((total if type(chosen) is not int else min(chosen, total)) * total.bit_length())
            return math.perm(total, chosen)

        return {id(pow): self._pow, id(math.factorial): factorial, id(math.comb): comb, id(math.perm): perm}

"""What `cached` remembers of origins: verdicts that expire, of a bounded number of origins."""

from __future__ import annotations

from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# No browser sends a longer origin. Whoever calls the function with others does not fill the memory.
_LONGEST = 300
# The part of the places that rejected origins may take. Anyone can make them up.
_REJECTED_PART = 4


class Memory:
    """Verdicts on origins, the longest unused of which is forgotten if there are too many.

    Rejected origins take at most a quarter of the places, and never that of an allowed one: requests with
    made-up origins do not make it forget those that are allowed.
    """

    def __init__(
        self, ttl: float, ttl_rejected: float, maxsize: int, clock: Callable[[], float]
    ) -> None:
        self._ttl = {True: ttl, False: ttl_rejected}
        self._maxsize = maxsize
        self._most_rejected = max(1, maxsize // _REJECTED_PART)
        self._clock = clock
        # When each verdict expires, the longest unused first.
        self._expiries: dict[bool, dict[str, float]] = {True: {}, False: {}}
        # No other code runs while it is held.
        self._lock = allocate_lock()

    def verdict(self, origin: str) -> bool | None:
        """Return what is remembered of an origin."""
        now = self._clock()
        with self._lock:
            for verdict, expiries in self._expiries.items():
                expiry = expiries.pop(origin, None)
                if expiry is not None:
                    if now < expiry:
                        # Now it is the last used.
                        expiries[origin] = expiry
                        return verdict
                    return None
        return None

    def keep(self, origin: str, verdict: bool) -> None:
        """Remember a verdict."""
        ttl = self._ttl[verdict]
        if ttl <= 0 or len(origin) > _LONGEST:
            return
        expiry = self._clock() + ttl
        with self._lock:
            allowed, rejected = self._expiries[True], self._expiries[False]
            for expiries in (allowed, rejected):
                expiries.pop(origin, None)
            is_full = len(allowed) + len(rejected) >= self._maxsize
            if verdict:
                if is_full:
                    self._forget_first(rejected or allowed)
            elif len(rejected) >= self._most_rejected or is_full:
                if not rejected:
                    return
                self._forget_first(rejected)
            self._expiries[verdict][origin] = expiry

    @staticmethod
    def _forget_first(expiries: dict[str, float]) -> None:
        del expiries[next(iter(expiries))]

    def forget(self, origin: str) -> None:
        """Forget an origin."""
        with self._lock:
            for expiries in self._expiries.values():
                expiries.pop(origin, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for expiries in self._expiries.values():
                expiries.clear()

    def counts(self) -> tuple[int, int]:
        """Return how many allowed and rejected origins are remembered, the expired ones among them."""
        return len(self._expiries[True]), len(self._expiries[False])

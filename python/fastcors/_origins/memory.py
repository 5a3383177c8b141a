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
    """Verdicts on origins. If there are too many, the least recently used one is forgotten.

    Rejected origins take at most a quarter of the places, and never that of an allowed one: requests with
    made-up origins do not make it forget allowed ones.
    """

    def __init__(
        self, ttl: float, ttl_rejected: float, maxsize: int, clock: Callable[[], float]
    ) -> None:
        self._ttl = ttl, ttl_rejected
        self._maxsize = maxsize
        self._most_rejected = max(1, maxsize // _REJECTED_PART)
        self._clock = clock
        # When each verdict expires, the least recently used first.
        self._allowed: dict[str, float] = {}
        self._rejected: dict[str, float] = {}
        # No other code runs while it is held.
        self._lock = allocate_lock()

    def verdict(self, origin: str) -> bool | None:
        """Return what is remembered of an origin."""
        now = self._clock()
        with self._lock:
            expiries = self._allowed
            expiry = expiries.pop(origin, None)
            if expiry is None:
                expiries = self._rejected
                expiry = expiries.pop(origin, None)
            if expiry is None or now >= expiry:
                return None
            # Now it is the last used.
            expiries[origin] = expiry
            return expiries is self._allowed

    def keep(self, origin: str, verdict: bool) -> None:
        """Remember a verdict."""
        ttl, ttl_rejected = self._ttl
        seconds = ttl if verdict else ttl_rejected
        if seconds <= 0 or len(origin) > _LONGEST:
            return
        expiry = self._clock() + seconds
        with self._lock:
            allowed, rejected = self._allowed, self._rejected
            allowed.pop(origin, None)
            rejected.pop(origin, None)
            is_full = len(allowed) + len(rejected) >= self._maxsize
            if verdict:
                if is_full:
                    self._forget_first(rejected or allowed)
                allowed[origin] = expiry
                return
            if is_full or len(rejected) >= self._most_rejected:
                if not rejected:
                    return
                self._forget_first(rejected)
            rejected[origin] = expiry

    @staticmethod
    def _forget_first(expiries: dict[str, float]) -> None:
        del expiries[next(iter(expiries))]

    def forget(self, origin: str) -> None:
        """Forget an origin."""
        with self._lock:
            self._allowed.pop(origin, None)
            self._rejected.pop(origin, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._allowed.clear()
            self._rejected.clear()

    def counts(self) -> tuple[int, int]:
        """Return how many allowed and rejected origins are remembered, the expired ones among them."""
        return len(self._allowed), len(self._rejected)

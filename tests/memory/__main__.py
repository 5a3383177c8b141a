"""Prints the memory that a million requests leave behind, and the memory of a million origins."""

from __future__ import annotations

from tests.memory.origins import MILLION, measured
from tests.memory.snapshot import grown_by_all


def main() -> None:
    """Measure both."""
    growth = grown_by_all(MILLION)
    print(f"{growth.requests:,} mixed requests in {growth.seconds:.1f} s leave behind")
    print(f"  {growth.resident:,} bytes of resident memory")
    print(f"  {growth.blocks:,} blocks of Python's allocator")
    print(f"  {growth.sends} sends; other objects: {dict(growth.objects) or 'none'}")
    print(f"  references to shared objects: {growth.references or 'as before'}")
    cost = measured()
    print(f"{MILLION:,} origins, {cost.text:,} bytes of text")
    print(
        f"  {cost.seconds:.2f} s to make the middleware, {cost.seconds / cost.as_a_set:.1f} of the "
        f"{cost.as_a_set:.2f} s to make a set"
    )
    print(
        f"  {cost.resident:,} bytes of resident memory, {cost.resident / cost.text:.2f} of the text"
    )
    print(
        f"  {cost.million * 1e9:,.0f} ns for a request, {cost.million / cost.one:.2f} of the "
        f"{cost.one * 1e9:,.0f} ns with one origin"
    )


if __name__ == "__main__":
    main()

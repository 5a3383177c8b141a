"""What is wrong with options that are right one by one."""

from __future__ import annotations

from fastcors.options import DEFAULTS
from fastcors.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastcors.options import Options


_ORIGINS = ("allow_origins", "allow_origin_regex", "allow_origin_func")


def contradictions(options: Options) -> Iterator[Problem]:
    """Yield what is wrong with options that were read and are each what they should be.

    All of it is advice: a subclass may decide on origins by itself.
    """
    expressions = options.allow_origin_regex
    function = options.allow_origin_func
    no_origins = not options.lists_origins and not expressions and function is None
    if no_origins and options.allow_credentials:
        yield Problem(
            "credentials-without-origin",
            "allow_credentials",
            options.allow_credentials,
            "True allows credentials, but neither allow_origins nor allow_origin_regex allows "
            "any origin; list the origins, or remove this option",
        )
    # With these the server's own pages are what is meant, or what is below a path. What was given and
    # cannot be used has been reported.
    elif (
        no_origins and not options.enforce and not options.hosts.items and not options.paths
    ) and not any(problem.option in _ORIGINS for problem in options.problems):
        yield Problem(
            "no-origins",
            "allow_origins",
            (),
            "() allows no origin, and there is no allow_origin_regex, so every cross-origin request "
            "is rejected; list the origins",
        )
    if expressions and options.any_origin:
        patterns = expressions if isinstance(expressions, tuple) else (expressions,)
        texts = [pattern.pattern for pattern in patterns]
        yield Problem(
            "regex-without-effect",
            "allow_origin_regex",
            texts[0] if len(texts) == 1 else texts,
            "the regex has no effect, because '*' in allow_origins allows every origin; remove one "
            "of the two",
        )
    if function is not None or options.origin_func_timeout != DEFAULTS["origin_func_timeout"]:
        from .function import contradictions_of_function

        yield from contradictions_of_function(options)
    if options.enforce:
        from .enforcement import contradictions_of_enforcement

        yield from contradictions_of_enforcement(options)
    if not options.allow_methods.items:
        yield Problem(
            "no-method",
            "allow_methods",
            (),
            "() allows no method, so every preflight is rejected; list the methods, such as "
            "['GET', 'POST']",
        )
    if options.allow_private_network:
        yield Problem(
            "private-network-superseded",
            "allow_private_network",
            options.allow_private_network,
            "True allows preflights that browsers no longer send: they ask the user for permission "
            "instead (Local Network Access); remove it, unless old browsers matter",
            suggestion=False,
        )
        if options.any_origin or options.matches_any_site:
            beside = (
                "'*' in allow_origins"
                if options.any_origin
                else "an allow_origin_regex that matches every origin"
            )
            yield Problem(
                "private-network-for-everyone",
                "allow_private_network",
                options.allow_private_network,
                f"True together with {beside} allows every site on the internet to reach this "
                "server in its private network; list the origins",
            )

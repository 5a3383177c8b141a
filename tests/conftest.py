"""Settings for every test: a busy machine makes none of them fail."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# On top of the profile that Hypothesis chooses, which is another one in CI.
settings.register_profile(
    "any machine",
    settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, *settings().suppress_health_check],
)
settings.load_profile("any machine")

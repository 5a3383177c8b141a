"""The benchmarks of fastcors."""

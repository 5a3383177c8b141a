"""Everything around the package: the documents, the Makefile, the benchmarks, the distributions."""

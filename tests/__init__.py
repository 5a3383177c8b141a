"""The tests of fastcors."""

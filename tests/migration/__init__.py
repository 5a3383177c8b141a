"""docs/migration: what each library's options are in fastcors, and what behaves differently."""

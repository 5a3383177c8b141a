"""The parts of `CORSMiddleware`: its policy, its attributes, and what a subclass may override."""

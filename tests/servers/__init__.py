"""fastcors behind real servers, in front of real frameworks."""

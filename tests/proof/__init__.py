"""The proof of regular expressions for origins."""

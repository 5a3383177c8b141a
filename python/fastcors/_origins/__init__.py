"""Where the origins that are allowed come from, besides the options: what changes or is asked at run time."""

"""Where the origins that a policy allows come from: sets that change, functions, feeds."""

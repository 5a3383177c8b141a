-- The requests and the output of wrk: the method of METHOD, and one line with the counts.
wrk.method = os.getenv("METHOD")

done = function(summary)
  local errors = summary.errors
  io.write(string.format("\ncounted %d %d %d\n", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

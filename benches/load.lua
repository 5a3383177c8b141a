-- What wrk asks and says: the method of METHOD, and one line with what was counted.
wrk.method = os.getenv("METHOD")

done = function(summary)
  local errors = summary.errors
  io.write(string.format("\ncounted %d %d %d\n", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

"""What every request passes: hosts, body limits, rate limits, headers, access."""

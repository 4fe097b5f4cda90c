"""Who is asking: session cookies, the sign-in flow, OpenID Connect."""

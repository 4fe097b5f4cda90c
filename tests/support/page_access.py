"""Every address outside of /api, and the status that each kind of person gets there."""

# (anonymous, consultant, golden ticket, disabled); 303 leads to the sign-in page
SIGNED_IN, GOLDEN = (303, 200, 200, 303), (303, 404, 200, 303)
OPEN, ASSET = (200, 200, 200, 200), None
STATUSES = {
    "/": SIGNED_IN,
    "/contacts": SIGNED_IN,
    "/contacts/{cid}": (303, 404, 404, 303),
    "/campaigns": SIGNED_IN,
    "/campaigns/{campaign_id}": (303, 404, 404, 303),
    "/activities": SIGNED_IN,
    "/conference": SIGNED_IN,
    "/settings/templates": SIGNED_IN,
    "/settings/tokens": SIGNED_IN,
    "/sync": SIGNED_IN,
    "/import": SIGNED_IN,
    "/organisations": SIGNED_IN,
    "/trash": SIGNED_IN,
    "/settings": SIGNED_IN,
    "/settings/pipedrive": GOLDEN,
    "/more": SIGNED_IN,
    "/notices": SIGNED_IN,
    "/outbox": SIGNED_IN,
    "/team": GOLDEN,
    "/team/work": GOLDEN,
    "/team/audit": GOLDEN,
    "/reports": SIGNED_IN,
    "/reports/screen": SIGNED_IN,
    "/campaigns/{campaign_id}/screen": (303, 404, 404, 303),
    # only where the firm practises
    "/practice": (303, 404, 404, 303),
    "/practice/{kind}": (303, 404, 404, 303),
    "/practice/{kind}/{record}": (303, 404, 404, 303),
    "/login": (200, 303, 303, 200),
    "/forgot": OPEN,
    "/login/code": (405, 405, 405, 405),
    # at an address without a host name there are none
    "/login/passkey": (409, 409, 409, 409),
    # only where a provider is named
    "/login/provider": (404, 404, 404, 404),
    "/login/provider/back": (404, 404, 404, 404),
    "/logout": (303, 200, 200, 303),
    "/setup": (404, 404, 404, 404),
    "/invite/{token}": (404, 404, 404, 404),
    "/reset/{token}": (404, 404, 404, 404),
    "/r/{token}": (404, 404, 404, 404),
    "/calendar/{token}.ics": (404, 404, 404, 404),
    "/reply/{token}": (404, 404, 404, 404),
    "/meetings/{activity_id}.ics": (303, 404, 404, 303),
    "/pipedrive/hook/{secret}": (405, 405, 405, 405),
    "/healthz": OPEN,
    "/readyz": OPEN,
    # from this machine itself it is open, see below
    "/metrics": (404, 404, 404, 404),
    "/manifest.webmanifest": OPEN,
    "/sw.js": OPEN,
    "/favicon.ico": OPEN,
    # the machinery below these is guarded frame by frame in test_web_sockets.py, and /api in test_access_matrix.py
    "/static": ASSET,
    "/api": ASSET,
}

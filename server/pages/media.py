"""Sound and picture by way of plain requests: where the socket is gone, or there is no meeting yet."""

from aiohttp import web

from server.org.refusal import Refused

from . import keys

FORM = 128 * 1024  # bytes: an offer is at most 64 KiB


async def offer(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/media: the page's connection, made anew beside the one that has lost its way."""
    form = await request.post()
    page, sdp = form.get("connection", ""), form.get("sdp", "")
    member, meeting = request[keys.SESSION].person_id, request.match_info["id"]
    try:
        if not isinstance(page, str) or not isinstance(sdp, str):
            raise Refused("bad-offer", "This is no offer.")
        return web.json_response(await request.app[keys.HOUSE].resume(meeting, member, page, sdp))
    except Refused as refused:
        return web.json_response({"rule": refused.rule, "why": refused.why}, status=409)

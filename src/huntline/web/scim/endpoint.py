"""``/scim/v2``: requests of directories, answered in their own language, refusals too."""

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext

from fastapi import Request
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse, Response
from scim2_models import Error, SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from starlette.concurrency import run_in_threadpool

from huntline.control.messages import ServerDoesNotAnswer
from huntline.directory.access import Permission
from huntline.errors import Refused
from huntline.web.access import Access, organization_id_for, require_permission
from huntline.web.authentication import authenticated
from huntline.web.backstage import Backstage
from huntline.web.scim.door import PATH
from huntline.web.scim.schemas import PROVIDER
from huntline.web.scim.service import DirectoryService
from huntline.web.scim.storage import OrganizationStorage

_SERVICE = DirectoryService(PROVIDER)

_log = logging.getLogger(__name__)


class Endpoint:
    """Serves one request after the other where they change something.

    A directory adds members to one group by many requests at once; each is read, changed and written, and
    would be refused (412) when another one came in between.
    """

    def __init__(self) -> None:
        self._changes = asyncio.Lock()

    async def serve(self, request: Request) -> Response:
        """Answer a request."""
        try:
            access = await run_in_threadpool(_access, request)
            body = await request.body()
            async with nullcontext() if request.method == "GET" else self._changes:
                return _response(await run_in_threadpool(_answer, access, request, body))
        except SCIMException as refusal:
            return _response(_SERVICE.error_response(refusal))
        except Refused as refusal:
            return _refusal(refusal.status, str(refusal))
        except HTTPException as refusal:
            return _refusal(refusal.status_code, refusal.detail)
        except ServerDoesNotAnswer as failure:
            _log.warning("the signalling process cannot be asked", extra={"reason": str(failure)})
            return _refusal(503, str(failure))


def _answer(access: Access, request: Request, body: bytes) -> ScimResponse:
    asked = ScimRequest(
        method=request.method,
        base_url=str(request.base_url).rstrip("/") + PATH,
        path="/" + request.path_params.get("path", ""),
        query=request.query_params,
        headers=request.headers,
        body=body,
    )
    return ScimHandler(_SERVICE, OrganizationStorage(access)).handle(asked)


def _access(request: Request) -> Access:
    """Leave to change the organization that the request is about. Raises Refused."""
    backstage: Backstage = request.app.state.backstage
    principal = authenticated(request)
    require_permission(principal, Permission.CHANGE_SETTINGS)
    name = request.query_params.get("organization")
    return Access(principal, backstage, organization_id_for(backstage, principal, name), "scim")


def _refusal(status: int, detail: str) -> Response:
    refusal = SCIMException.from_error(Error(status=status, detail=detail))
    return _response(_SERVICE.error_response(refusal))


def _response(answer: ScimResponse) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=answer.headers)
    return JSONResponse(answer.body, answer.status, answer.headers)

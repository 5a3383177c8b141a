"""stac-fastapi with one collection, one that needs a token, and one that fails."""

from fastapi import HTTPException
from stac_fastapi.api.app import StacApi
from stac_fastapi.types.config import ApiSettings
from stac_fastapi.types.core import BaseCoreClient
from stac_fastapi.types.errors import NotFoundError
from starlette.responses import JSONResponse

COLLECTION = {
    "type": "Collection",
    "id": "scenes",
    "stac_version": "1.0.0",
    "description": "Scenes",
    "license": "MIT",
    "extent": {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]},
    },
    "links": [],
}
ITEMS = {"type": "FeatureCollection", "features": [], "links": []}


class Client(BaseCoreClient):
    def all_collections(self, **kwargs):
        return {"collections": [COLLECTION], "links": []}

    def get_collection(self, collection_id, **kwargs):
        if collection_id == "away":
            raise RuntimeError("the database is unavailable")
        if collection_id == "secret":
            raise HTTPException(401, "who are you?", {"WWW-Authenticate": "Bearer"})
        if collection_id != "scenes":
            raise NotFoundError(f"there is no {collection_id}")
        # A response with a Vary.
        return JSONResponse(COLLECTION, headers={"Vary": "Accept-Language"})

    def item_collection(self, collection_id, **kwargs):
        return ITEMS

    def get_item(self, item_id, collection_id, **kwargs):
        raise NotFoundError(f"there is no {item_id}")

    def get_search(self, **kwargs):
        return ITEMS

    def post_search(self, search_request, **kwargs):
        return ITEMS


app = StacApi(settings=ApiSettings(), client=Client()).app

"""TiTiler's application, and an image to make tiles from."""

import numpy as np
import rasterio
from rasterio.transform import from_bounds

with rasterio.open(
    "image.tif",
    "w",
    driver="GTiff",
    width=64,
    height=64,
    count=1,
    dtype="uint8",
    crs="EPSG:4326",
    transform=from_bounds(-10, -10, 10, 10, 64, 64),
) as image:
    image.write(np.arange(64 * 64, dtype="uint8").reshape(1, 64, 64))

from titiler.application.main import app

__all__ = ["app"]

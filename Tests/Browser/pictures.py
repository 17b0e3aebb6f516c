"""What a picture shows, as far as numbers tell it."""

import io

from PIL import Image


def colours(png, share=0.0005):
    """How many colours cover at least so much of it; shades that differ by less than an eye sees are one."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    rough = image.point(lambda value: value // 16 * 16)
    counts = rough.getcolors(maxcolors=1 << 16) or []
    return sum(1 for count, _ in counts if count >= share * image.width * image.height)


def size(png):
    image = Image.open(io.BytesIO(png))
    return image.width, image.height


def darkness(png):
    """The share of it that is black, or nearly so."""
    grey = Image.open(io.BytesIO(png)).convert("L")
    return sum(grey.histogram()[:40]) / (grey.width * grey.height)

"""Weather that is computed, not measured: the same city always has the same forecast."""

import zlib

CITIES = {
    "berlin": 52.5,
    "cairo": 30.0,
    "lima": -12.0,
    "nairobi": -1.3,
    "oslo": 59.9,
    "tokyo": 35.7,
}
SKIES = ("clear", "cloudy", "rain", "wind")


class UnknownCity(Exception):
    """Its text names the city and lists those that are known."""


def forecast(city):
    latitude = CITIES.get(city.strip().lower())
    if latitude is None:
        raise UnknownCity(f"unknown city {city!r}; known are {', '.join(sorted(CITIES))}")
    name = city.strip().lower()
    seed = zlib.crc32(name.encode())
    return {
        "city": name,
        "temperature_c": round(30 - abs(latitude) / 2 + seed % 50 / 10, 1),
        "sky": SKIES[seed // 50 % len(SKIES)],
    }


def compare(cities):
    forecasts = [forecast(city) for city in cities]
    forecasts.sort(key=lambda entry: (-entry["temperature_c"], entry["city"]))
    return {"warmest": forecasts[0]["city"], "coldest": forecasts[-1]["city"], "forecasts": forecasts}

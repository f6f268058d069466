// Draws the corners of an area on a map. The boxes of the form are the truth: each corner is written there as
// "latitude, longitude", and a change there is drawn. Without this script the form works the same.
const holder = document.getElementById("area-map");
const box = document.getElementById("id_corners");
const said = document.getElementById("area-map-said");
const data = JSON.parse(document.getElementById("area-map-data").textContent);
const EARTH_M = 6371008.8;

const corners = () =>
  box.value
    .split("\n")
    .map((line) => line.split(/[,;\s]+/).filter(Boolean).map(Number))
    .filter((pair) => pair.length === 2 && pair.every(Number.isFinite))
    .map(([lat, lon]) => [lon, lat]);

const ringOf = (area) => {
  if (area.type === "Polygon") return area.coordinates[0];
  if (area.type === "MultiPolygon") return area.coordinates[0][0];
  const [lon, lat] = area.centre;
  const north = ((area.radius_m / EARTH_M) * 180) / Math.PI;
  const east = north / Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: 65 }, (_, n) => {
    const turn = (n / 64) * 2 * Math.PI;
    return [lon + east * Math.sin(turn), lat + north * Math.cos(turn)];
  });
};

const feature = (coordinates, properties = {}) => ({
  type: "Feature",
  properties,
  geometry: { type: "Polygon", coordinates: [coordinates] },
});

const drawing = () => {
  const points = corners();
  const features = points.map((at, n) => ({
    type: "Feature",
    properties: { label: String(n + 1) },
    geometry: { type: "Point", coordinates: at },
  }));
  if (points.length > 2) features.push(feature([...points, points[0]]));
  return { type: "FeatureCollection", features };
};

const bounds = () => {
  const rings = [...data.places.map((p) => ringOf(p.area)), ...(data.now ? [ringOf(data.now)] : [])].flat();
  if (rings.length === 0) return data.country;
  const [lons, lats] = [rings.map((at) => at[0]), rings.map((at) => at[1])];
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
};

const tell = () => {
  const count = corners().length;
  said.textContent = count === 1 ? "1 corner" : `${count} corners`;
};

const style = {
  version: 8,
  sources: {
    places: {
      type: "geojson",
      data: { type: "FeatureCollection", features: data.places.map((p) => feature(ringOf(p.area))) },
    },
    now: { type: "geojson", data: { type: "FeatureCollection", features: data.now ? [feature(ringOf(data.now))] : [] } },
    area: { type: "geojson", data: drawing() },
  },
  layers: [
    { id: "ground", type: "background", paint: { "background-color": "#f8f7f5" } },
    { id: "places", type: "fill", source: "places", paint: { "fill-color": "#00703c", "fill-opacity": 0.3 } },
    { id: "places-edge", type: "line", source: "places", paint: { "line-color": "#00703c", "line-width": 2 } },
    { id: "now", type: "line", source: "now", paint: { "line-color": "#b10e1e", "line-width": 1, "line-dasharray": [4, 3] } },
    {
      id: "area",
      type: "fill",
      source: "area",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": "#b10e1e", "fill-opacity": 0.15 },
    },
    {
      id: "area-edge",
      type: "line",
      source: "area",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "line-color": "#b10e1e", "line-width": 2 },
    },
    {
      id: "area-corners",
      type: "circle",
      source: "area",
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 7, "circle-color": "#ffffff", "circle-stroke-color": "#b10e1e", "circle-stroke-width": 3 },
    },
  ],
};

const start = async () => {
  const maplibre = await import(holder.dataset.maplibre);
  maplibre.setWorkerUrl(holder.dataset.worker);
  const map = new maplibre.Map({
    container: holder,
    style,
    bounds: bounds(),
    fitBoundsOptions: { padding: 60, maxZoom: 16 },
    attributionControl: false,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  map.addControl(new maplibre.ScaleControl());
  const redraw = () => {
    map.getSource("area").setData(drawing());
    tell();
  };
  const write = (points) => {
    box.value = points.map(([lon, lat]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`).join("\n");
    redraw();
  };
  map.on("load", () => {
    holder.dataset.ready = "yes";
    tell();
  });
  map.on("click", (event) => write([...corners(), [event.lngLat.lng, event.lngLat.lat]]));
  box.addEventListener("input", redraw);
  document.getElementById("area-map-undo").addEventListener("click", () => write(corners().slice(0, -1)));
  document.getElementById("area-map-clear").addEventListener("click", () => write([]));
};

start().catch((problem) => {
  said.textContent = "The map cannot be shown in this browser. Type the corners instead.";
  holder.hidden = true;
  console.warn(problem.message);
});

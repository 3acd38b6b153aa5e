// Finds stores near the person who looks, if they wish: a place rounded to about a hundred metres, in the address.

const locate = document.querySelector("[data-near]");
const says = document.querySelector("[data-near-says]");

function found(place) {
  const address = new URL("/stores", location.href);
  const { longitude, latitude } = place.coords;
  address.searchParams.set("near", `${longitude.toFixed(3)},${latitude.toFixed(3)}`);
  const words = document.getElementById("q").value.trim();
  if (words) address.searchParams.set("q", words);
  location.assign(address);
}

if (locate && navigator.geolocation) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    says.textContent = locate.dataset.waits;
    const failed = () => { says.textContent = locate.dataset.fails; };
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: 10000, maximumAge: 60000 });
  });
}

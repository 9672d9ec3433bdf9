// How many pixels a picture may have here, in millions, as the server says. One
// with more is refused unread: it could take the page down.

export const megapixels = () => Number(document.getElementById("room")?.dataset.maxPixels) || 24;

package history

import (
	_ "embed"

	"github.com/redis/go-redis/v9"
)

//go:embed append.lua
var appendText string

//go:embed page.lua
var pageText string

// appendScript stores one entry. It works on the keys of one room.
var appendScript = redis.NewScript(appendText)

// pageScript reads a part of a room's log.
var pageScript = redis.NewScript(pageText)

// The names of common emoji, as most chat programs know them.

const table = [
  "grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rofl 🤣 slight_smile 🙂 upside_down 🙃 melting 🫠 wink 😉 blush 😊 innocent 😇",
  "in_love 🥰 heart_eyes 😍 star_struck 🤩 kiss 😘 yum 😋 tongue 😛 zany 🤪 money_mouth 🤑 hug 🤗 oops 🤭 shush 🤫 thinking 🤔 salute 🫡 zipper_mouth 🤐 raised_eyebrow 🤨",
  "neutral 😐 expressionless 😑 smirk 😏 unamused 😒 eye_roll 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 drooling 🤤 sleeping 😴 mask 😷 thermometer 🤒 nauseated 🤢 sneezing 🤧",
  "hot 🥵 cold 🥶 dizzy 😵 mind_blown 🤯 cowboy 🤠 party_face 🥳 sunglasses 😎 nerd 🤓 monocle 🧐 confused 😕 worried 😟 open_mouth 😮 astonished 😲 flushed 😳 pleading 🥺",
  "fearful 😨 anxious 😰 cry 😢 sob 😭 scream 😱 disappointed 😞 sweat 😓 weary 😩 tired 😫 yawn 🥱 triumph 😤 rage 😡 angry 😠 devil 😈 skull 💀 poop 💩 clown 🤡 ghost 👻 alien 👽 robot 🤖",
  "cat_joy 😹 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔 two_hearts 💕 sparkling_heart 💖",
  "hundred 💯 anger 💢 boom 💥 dash 💨 zzz 💤 wave 👋 raised_hand ✋ vulcan 🖖 ok_hand 👌 pinch 🤏 victory ✌️ fingers_crossed 🤞 metal 🤘 call_me 🤙 point_left 👈 point_right 👉 point_up 👆 point_down 👇",
  "+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ punch 👊 clap 👏 raised_hands 🙌 heart_hands 🫶 open_hands 👐 handshake 🤝 pray 🙏 thanks 🙏 writing ✍️ muscle 💪 ear 👂 eyes 👀 eye 👁️ brain 🧠",
  "baby 👶 shrug 🤷 facepalm 🤦 bow 🙇 tipping_hand 💁 raising_hand 🙋 running 🏃 walking 🚶 dancer 💃 family 👪 footprints 👣 dog 🐶 cat 🐱 mouse 🐭 rabbit 🐰 fox 🦊 bear 🐻 panda 🐼 koala 🐨 tiger 🐯 lion 🦁 cow 🐮 pig 🐷 frog 🐸 monkey 🐵",
  "chicken 🐔 penguin 🐧 bird 🐦 chick 🐤 duck 🦆 owl 🦉 bat 🦇 wolf 🐺 horse 🐴 unicorn 🦄 bee 🐝 bug 🐛 butterfly 🦋 snail 🐌 ladybug 🐞 spider 🕷️ turtle 🐢 snake 🐍 octopus 🐙 crab 🦀 fish 🐟 dolphin 🐬 whale 🐳 shark 🦈 elephant 🐘 hedgehog 🦔",
  "bouquet 💐 blossom 🌸 rose 🌹 sunflower 🌻 tulip 🌷 seedling 🌱 tree 🌳 evergreen 🌲 cactus 🌵 herb 🌿 clover 🍀 maple_leaf 🍁 mushroom 🍄 apple 🍎 pear 🍐 orange 🍊 lemon 🍋 banana 🍌 watermelon 🍉 grapes 🍇 strawberry 🍓 cherries 🍒 peach 🍑 pineapple 🍍 tomato 🍅 avocado 🥑 carrot 🥕 corn 🌽",
  "bread 🍞 croissant 🥐 cheese 🧀 egg 🥚 pancakes 🥞 pizza 🍕 burger 🍔 fries 🍟 sandwich 🥪 taco 🌮 salad 🥗 spaghetti 🍝 ramen 🍜 sushi 🍣 rice 🍚 ice_cream 🍦 doughnut 🍩 cookie 🍪 cake 🍰 birthday 🎂 chocolate 🍫 popcorn 🍿 honey 🍯 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine 🍷 cocktail 🍸 champagne 🍾 cheers 🥂",
  "soccer ⚽ basketball 🏀 tennis 🎾 trophy 🏆 medal 🏅 dart 🎯 dice 🎲 chess ♟️ puzzle 🧩 game 🎮 art 🎨 guitar 🎸 piano 🎹 drum 🥁 microphone 🎤 headphones 🎧 notes 🎶 movie 🎬 ticket 🎫 bike 🚲 car 🚗 bus 🚌 train 🚆 tram 🚋 plane ✈️ rocket 🚀 boat ⛵ ship 🚢 anchor ⚓ construction 🚧",
  "house 🏠 office 🏢 school 🏫 hospital 🏥 castle 🏰 tent ⛺ mountain ⛰️ beach 🏖️ island 🏝️ volcano 🌋 map 🗺️ earth 🌍 moon 🌙 sun ☀️ star ⭐ sparkles ✨ cloud ☁️ rain 🌧️ thunder ⛈️ zap ⚡ snowflake ❄️ snowman ⛄ fire 🔥 droplet 💧 ocean 🌊 rainbow 🌈 umbrella ☔ fog 🌫️",
  "tada 🎉 party 🎉 confetti 🎊 balloon 🎈 gift 🎁 christmas_tree 🎄 pumpkin 🎃 fireworks 🎆 crown 👑 gem 💎 ring 💍 glasses 👓 shirt 👕 watch ⌚ phone 📱 laptop 💻 keyboard ⌨️ printer 🖨️ camera 📷 tv 📺 bulb 💡 flashlight 🔦 battery 🔋 plug 🔌 books 📚 book 📖 newspaper 📰 envelope ✉️ package 📦 mailbox 📫",
  "memo 📝 pencil ✏️ scissors ✂️ pushpin 📌 paperclip 📎 ruler 📏 calendar 📅 chart 📈 chart_down 📉 clipboard 📋 folder 📁 lock 🔒 unlock 🔓 key 🔑 hammer 🔨 wrench 🔧 gear ⚙️ link 🔗 toolbox 🧰 magnet 🧲 microscope 🔬 telescope 🔭 pill 💊 syringe 💉 broom 🧹 soap 🧼 shopping_cart 🛒 money 💰 euro 💶 credit_card 💳",
  "hourglass ⌛ alarm ⏰ stopwatch ⏱️ bell 🔔 no_bell 🔕 mega 📣 speech 💬 thought 💭 mag 🔍 warning ⚠️ stop 🛑 no_entry ⛔ check ✅ cross ❌ plus ➕ question ❓ exclamation ❗ recycle ♻️ infinity ♾️ up ⬆️ down ⬇️ left ⬅️ right ➡️ back 🔙 soon 🔜 new 🆕 free 🆓 cool 🆒 sos 🆘 ok 🆗 red_circle 🔴 yellow_circle 🟡 green_circle 🟢 blue_circle 🔵",
  "flag ⛳ checkered_flag 🏁 white_flag 🏳️ rainbow_flag 🏳️‍🌈 pirate 🏴‍☠️ magic 🪄 crystal_ball 🔮 teddy 🧸 thread 🧵 knot 🪢 candle 🕯️ wood 🪵 rock 🪨 compass 🧭 passport 🛂 luggage 🧳 bed 🛏️ bath 🛁 door 🚪 chair 🪑",
];

/** @type {Map<string, string>} */
const all = new Map();
const words = table.join(" ").split(" ");
for (let i = 0; i + 1 < words.length; i += 2) all.set(words[i] ?? "", words[i + 1] ?? "");

/** @typedef {{name: string, emoji: string}} Named */

/** @param {string} name */
export const emojiOf = (name) => all.get(name.toLowerCase());

/**
 * That with the name that was typed, those whose name begins so, and then those
 * whose name has it in it; each emoji once.
 *
 * @param {string} typed
 * @param {number} most
 * @returns {Named[]}
 */
export function matching(typed, most) {
  const part = typed.toLowerCase();
  const names = [...all.keys()];
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const name of [...names.filter((n) => n === part), ...names.filter((n) => n.startsWith(part)), ...names.filter((n) => n.includes(part))]) {
    const emoji = all.get(name) ?? "";
    if (found.size < most && !found.has(emoji)) found.set(emoji, name);
  }
  return [...found].map(([emoji, name]) => ({ emoji, name }));
}

/**
 * The name that is being typed in front of the caret, and whether it is closed.
 *
 * @param {string} before the text up to the caret
 */
export function shortcode(before) {
  const match = /(?:^|\s)(:([a-z0-9_+-]{2,})(:?))$/i.exec(before);
  return match && { name: match[2] ?? "", closed: match[3] === ":", length: match[1]?.length ?? 0 };
}

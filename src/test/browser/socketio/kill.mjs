// Stock Socket.IO clients that listen to Herald's channels and say what they are told, while the server is killed and started again.
//
//     node kill.mjs <baseUrl> <channel,channel…> <seed>
//
// One by WebSocket, one by polling, one that upgrades, and one that cuts itself off at random. Each line is what one of them was told:
//   {name, channel, since?, recovered, head?}        it is in the channel (again)
//   {name, channel, epoch, offset, data}             a message
// Any other line is a complaint. Runs until it is killed.
import { io } from "socket.io-client";
import { randomOf } from "./random.mjs";

const [baseUrl, list, seed] = process.argv.slice(2);
const channels = list.split(",");
const random = randomOf(Number(seed));
/** How many messages the one that cuts itself off hears until it does, on an average. */
const CUT_EVERY = 300;
/** Errors after which the same may succeed. */
const PASSING = ["overloaded", "log-unavailable"];
/** Until then, in milliseconds. */
const PAUSE = 20;

listen("socketio-websocket", { transports: ["websocket"] });
listen("socketio-polling", { transports: ["polling"], withCredentials: true });
listen("socketio-default", {});
listen("socketio-cut", { transports: ["websocket"] }, CUT_EVERY);

function listen(name, options, cutEvery) {
  const socket = io(baseUrl, { ...options, forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 200 });
  /** Where it is in each channel. */
  const reached = {};
  let isAway = false;
  /** The channels whose "join" is not answered yet. */
  const pending = new Set();

  /** What was missed comes before the event "connect". */
  const noteRecovery = () => {
    if (isAway && socket.recovered) {
      isAway = false;
      Object.entries(reached).forEach(([channel, at]) => say({ name, channel, since: at, recovered: true }));
    }
  };
  const join = (channel) => {
    const since = reached[channel];
    pending.add(channel);
    socket.emit("join", since ? { channel, since } : channel, ({ error, recovered, head, epoch }) => {
      if (PASSING.includes(error?.code)) {
        const { id } = socket;
        setTimeout(() => socket.id === id && join(channel), PAUSE);
        return;
      }
      if (error) {
        complain(`${name} cannot join ${channel}: ${JSON.stringify(error)}`);
        return;
      }
      const at = { epoch, offset: head };
      pending.delete(channel);
      say({ name, channel, since, recovered, head: at });
      if (!recovered) {
        reached[channel] = at;
      }
    });
  };

  socket.on("connect", () => {
    noteRecovery();
    if (socket.connected && !socket.recovered) {
      isAway = false;
      channels.forEach(join);
    }
  });
  socket.on("disconnect", (reason) => {
    isAway = true;
    if (!socket.active) {
      complain(`${name} is put out: ${reason}`);
    } else if (pending.size > 0) {
      // Whether the server has heard these, nobody can tell: another client begins in its place.
      socket.close();
      listen(name, options, cutEvery);
    }
  });
  socket.on("connect_error", (error) => socket.active || complain(`${name} is turned away: ${error.message}`));
  // The library keeps what came after the cut and before the next CONNECT, and is sent it again.
  socket.io.on("open", () => socket.receiveBuffer.splice(0));
  socket.on("error", (error) => complain(`${name} is told ${JSON.stringify(error)}`));
  socket.on("said", (data, { channel, epoch, offset }) => {
    noteRecovery();
    reached[channel] = { epoch, offset };
    say({ name, channel, epoch, offset, data });
    if (cutEvery && pending.size === 0 && random(cutEvery) === 0) {
      socket.io.engine.close();
    }
  });
}

function say(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

function complain(text) {
  process.stdout.write(text + "\n");
}

"use strict";

exports.handler = async () => {
  throw new RangeError("no such order");
};

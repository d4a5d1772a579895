let open = 0;
let openAll;
const all = new Promise((resolve) => {
  openAll = resolve;
});

export const handler = async ({ number }) => {
  console.log(`before ${number}`);
  if (++open === 4) openAll();
  // All four are under way at once.
  await all;
  console.log(`after ${number}`);
  throw new Error(String(number));
};

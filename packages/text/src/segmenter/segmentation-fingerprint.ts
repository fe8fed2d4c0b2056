/**
 * What tells versions of Unicode's rules and of the dictionaries apart: sentences in the languages that are written without
 * spaces, and what word breaking was changed for from version to version.
 */
const probe = [
  'この映画はとても面白かったので、東京都に住む友人たちにも見てもらいたいと思います。スマートフォンの電池がすぐに切れてしまう。',
  '我昨天在北京大学看了一场非常精彩的电影，演员的表演令人难以忘怀。這家餐廳的服務態度很差，我們等了一個多小時。',
  'ภาพยนตร์เรื่องนี้สนุกมากและนักแสดงเล่นได้ดี พวกเราจะกลับมาดูอีกครั้งในสัปดาห์หน้า',
  'ຂ້ອຍຢາກໄປເບິ່ງໜັງກັບໝູ່ມື້ນີ້ ខ្ញុំចង់ទៅមើលកុនជាមួយមិត្តភក្តិ ဒီရုပ်ရှင်က အရမ်းကောင်းတယ်',
  `max@example.com e.g. a:b 3,50 1'000 12:30 can't l’ami ארה"ב foo_bar 5km C++ #tag`,
  '👩‍👩‍👧 🇩🇪🇫🇷🇯 👍🏽 1️⃣ ©️ a\u0301\u200d b a\u00b7b क्षत्रिय நன்றி 한국어는',
].join('\n');

/**
 * A fingerprint of how an engine cuts text: of where it cuts a text that is chosen to differ between versions. Engines that
 * don't say which version of ICU they have (no browser does) are compared by what they do. Equal ones may still cut
 * differently at a word that is new to a dictionary.
 * @returns 8 hexadecimal digits
 */
export function segmentationFingerprint(segmenter: Intl.Segmenter): string {
  let hash = 0x811c9dc5 | 0;
  for (const line of probe.split('\n')) {
    for (const { segment } of segmenter.segment(line)) hash = Math.imul(hash ^ segment.length, 0x01000193);
    hash = Math.imul(hash ^ 0xff, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
